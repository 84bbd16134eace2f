// Reads the whole log through the port, beside the running apps.
import { join } from 'node:path';
import type { RecordedEvent } from '@libs/event-store';
import { openSqliteEventStore } from '@libs/event-store/sqlite';

export async function readLog(folder: string): Promise<RecordedEvent[]> {
  const store = openSqliteEventStore({ file: join(folder, 'events.db'), now: Date.now, readOnly: true });
  try {
    const events: RecordedEvent[] = [];
    for (;;) {
      const page = await store.readAll({ after: events.at(-1)?.position ?? null, limit: 2_000 });
      events.push(...page.events);
      if (page.atHead) return events;
    }
  } finally {
    await store.close();
  }
}

// Reads the log through the port, beside the running apps.
import { join } from 'node:path';
import type { EventStore, RecordedEvent } from '@libs/event-store';
import { openKurrentDbEventStore } from '@libs/event-store/kurrentdb';
import { openSqliteEventStore } from '@libs/event-store/sqlite';

/** All of the embedded one. */
export function readLog(folder: string): Promise<RecordedEvent[]> {
  return readAndClose(
    openSqliteEventStore({ file: join(folder, 'events.db'), now: Date.now, readOnly: true }),
  );
}

/** Of one account: others may have events on the same server. */
export function readKurrentDbLog(connectionString: string, accountId: number): Promise<RecordedEvent[]> {
  return readAndClose(openKurrentDbEventStore({ connectionString, prefixes: [`agent-${accountId}-`] }));
}

async function readAndClose(store: EventStore): Promise<RecordedEvent[]> {
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

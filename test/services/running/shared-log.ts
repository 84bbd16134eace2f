// An event store that several processes can write to: TEST_EVENT_STORE_URL if it is set, else the protocol double in a
// process of its own.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { RecordedEvent } from '@libs/event-store';
import { openKurrentDbEventStore } from '@libs/event-store/kurrentdb';

const HOOKS = resolve('libs/event-store/src/testing/typescript-hooks.mjs');
const DOUBLE = resolve('test/services/running/run-kurrentdb-double.ts');

export class SharedLog {
  private constructor(
    readonly url: string,
    private readonly process: ChildProcess | null,
  ) {}

  static async start(): Promise<SharedLog> {
    const given = process.env.TEST_EVENT_STORE_URL;
    if (given !== undefined && given !== '') return new SharedLog(given, null);
    const child = spawn(process.execPath, ['--no-warnings', '--import', HOOKS, DOUBLE], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return new SharedLog(line.toString().trim(), child);
  }

  /** All of it, in the global order. */
  async read(): Promise<RecordedEvent[]> {
    const store = openKurrentDbEventStore({ connectionString: this.url });
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

  async destroy(): Promise<void> {
    if (this.process?.exitCode !== null) return;
    this.process.kill('SIGKILL');
    await once(this.process, 'close');
  }
}

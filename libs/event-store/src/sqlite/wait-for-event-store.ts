// Lets a reader start before the writer has created the file. It never creates anything itself.
import { EventStoreError } from '../errors.js';
import { openSqliteEventStore } from './sqlite-event-store.js';
import type { SqliteEventStore, SqliteEventStoreOptions } from './sqlite-event-store.js';
import { createWaker } from './waker.js';

const RETRY_MS = 100;

export interface WaitForEventStoreOptions extends Omit<SqliteEventStoreOptions, 'readOnly'> {
  readonly signal: AbortSignal;
  /** Called each time the file is found missing or unfinished. */
  readonly onWaiting?: (error: EventStoreError) => unknown;
}

/** A read-only store as soon as there is one; null when the signal fires first. Throws what does not pass by itself. */
export async function waitForEventStore(options: WaitForEventStoreOptions): Promise<SqliteEventStore | null> {
  const { signal, onWaiting, ...rest } = options;
  const waker = createWaker();
  while (!signal.aborted) {
    try {
      return openSqliteEventStore({ ...rest, readOnly: true });
    } catch (error) {
      if (!(error instanceof EventStoreError) || error.code !== 'store-unavailable') throw error;
      onWaiting?.(error);
    }
    await waker.sleep(RETRY_MS, signal);
  }
  return null;
}

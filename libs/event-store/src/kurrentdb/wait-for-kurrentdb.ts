// Lets a process start before the server is up. It gives up only on what does not pass by itself.
import type { EventStoreError } from '../errors.js';
import { isUnavailable } from './kurrentdb-errors.js';
import type { KurrentDbEventStore } from './kurrentdb-event-store.js';

const ATTEMPT_MS = 2_000;

export interface WaitForKurrentDbOptions {
  readonly signal: AbortSignal;
  /** Called each time the server is not reached. */
  readonly onWaiting?: (error: EventStoreError) => unknown;
}

/** True once the server answers and lets us in; false when the signal fires first. Throws `store-refused`. */
export async function waitForKurrentDb(
  store: Pick<KurrentDbEventStore, 'checkConnection'>,
  { signal, onWaiting }: WaitForKurrentDbOptions,
): Promise<boolean> {
  while (!signal.aborted) {
    try {
      await store.checkConnection(ATTEMPT_MS);
      return true;
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      onWaiting?.(error as EventStoreError);
    }
  }
  return false;
}

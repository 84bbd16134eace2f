// Repeats work while a database is unavailable, with growing pauses. It never repeats on any other error.
import { EventStoreError } from '@libs/event-store';
import { ModelUnavailableError } from './errors.js';
import { sleep } from './sleep.js';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;

/** The signal fired before the work succeeded. */
export const STOPPED = Symbol('stopped');

export interface RetryOptions {
  readonly signal: AbortSignal;
  readonly onUnavailable: (error: EventStoreError | ModelUnavailableError) => void;
}

export async function retryUnavailable<T>(
  work: () => Promise<T>,
  { signal, onUnavailable }: RetryOptions,
): Promise<T | typeof STOPPED> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      onUnavailable(error);
    }
    await sleep(pause, signal);
    if (signal.aborted) return STOPPED;
  }
}

function isUnavailable(error: unknown): error is EventStoreError | ModelUnavailableError {
  if (error instanceof EventStoreError) return error.code === 'store-unavailable';
  return error instanceof ModelUnavailableError;
}

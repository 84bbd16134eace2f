// Repeats work while the server is unavailable: a bounded number of times, with growing pauses that differ from client to
// client. Any other error ends it at once.
import { setTimeout } from 'node:timers/promises';
import { isUnavailable } from './kurrentdb-errors.js';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;

export type Retried = 'read' | 'append' | 'follow';

/** Told before every repetition, for logs and metrics. */
export type OnRetry = (what: Retried, error: unknown) => unknown;

export type RetryWhileUnavailable = <T>(what: Retried, work: () => Promise<T>) => Promise<T>;

export interface RetryOptions {
  readonly attempts: number;
  /** No attempt is begun once it has fired. */
  readonly signal: AbortSignal;
  readonly onRetry: OnRetry;
}

export function createRetry({ attempts, signal, onRetry }: RetryOptions): RetryWhileUnavailable {
  return async (what, work) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work();
      } catch (error) {
        if (!isUnavailable(error) || attempt >= attempts || signal.aborted) throw error;
        onRetry(what, error);
        await sleep(pauseAfter(attempt), signal);
        if (signal.aborted) throw error;
      }
    }
  };
}

/** From half of the full pause to all of it, so that many clients do not come back at one moment. */
export function pauseAfter(attempt: number): number {
  const full = Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
  return full * (0.5 + Math.random() / 2);
}

/** Ends early when the signal fires; never rejects. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => undefined);
}

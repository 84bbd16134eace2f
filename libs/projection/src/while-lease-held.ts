// Lets work go on only while this projector holds the lease.
//
// States: standing by, asking for the lease again and again → (nobody holds it) holding, renewing it beside the work →
// (another has taken it) standing by. Exits: the signal fires, and the work ends first (returns); the work throws anything
// but LeaseLostError (throws). An unavailable database is no exit: a lease that cannot be renewed is one's own until
// another takes it, and what the work commits meanwhile is checked by the model.
import { LeaseLostError, ModelUnavailableError } from './errors.js';
import type { ProjectionLease } from './projection-lease.js';
import { retryUnavailable, STOPPED } from './retry-unavailable.js';
import type { RetryOptions } from './retry-unavailable.js';
import { sleep } from './sleep.js';

export const RENEW_EVERY_MS = 1_000;
export const STANDBY_POLL_MS = 500;

export interface LeaseOptions {
  readonly lease: ProjectionLease;
  /** Its signal ends it all. */
  readonly retry: RetryOptions;
  /** Called again and again while another projector holds the lease. */
  readonly onStandby: () => Promise<void>;
}

/** `work` is given a signal that fires when the lease is lost, too; it may begin anew after it has ended. */
export async function whileLeaseHeld(
  options: LeaseOptions,
  work: (held: AbortSignal) => Promise<void>,
): Promise<void> {
  const { lease, retry } = options;
  while (await taken(options)) {
    const lost = new AbortController();
    const ended = new AbortController();
    const renewing = renew(lease, ended.signal).finally(() => lost.abort());
    renewing.catch(() => undefined);
    try {
      await work(AbortSignal.any([retry.signal, lost.signal]));
    } catch (error) {
      if (!(error instanceof LeaseLostError)) throw error;
    } finally {
      ended.abort();
      await renewing;
      await unlessUnavailable(() => lease.release());
    }
  }
}

/** False if the signal fires first. */
async function taken({ lease, retry, onStandby }: LeaseOptions): Promise<boolean> {
  while (!retry.signal.aborted) {
    const answer = await retryUnavailable(() => lease.acquire(), retry);
    if (answer === STOPPED) return false;
    if (answer) return true;
    await onStandby();
    await sleep(STANDBY_POLL_MS, retry.signal);
  }
  return false;
}

/** Ends when the lease is lost, or no longer needed. */
async function renew(lease: ProjectionLease, ended: AbortSignal): Promise<void> {
  for (;;) {
    await sleep(RENEW_EVERY_MS, ended);
    if (ended.aborted || (await unlessUnavailable(() => lease.renew())) === false) return;
  }
}

async function unlessUnavailable<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ModelUnavailableError)) throw error;
    return null;
  }
}

// The loop that keeps a read model in step with the log: follow from the checkpoint, apply page by page, never past an
// event that cannot be applied, never on after somebody else has moved the checkpoint.
//
// States: (no event is in the model, which can be filled at once: it is, up to the head) catching-up → (a page that ends at the head is committed) live → (a page that does not) catching-up.
// An event cannot be applied → (unless an EventSkipped names it) stopped-at-poison, all before it committed → (one does)
// catching-up. An event that can be applied is never left out, whatever names it: so every fold skips the same events.
// With a lease: standby while another projector holds it → (it is taken) catching-up → (another has taken it) standby.
// Exits: the signal fires, and the batch in hand is committed first (returns); the checkpoint is not what it was, or the
// store is damaged → failed (throws). A database that is unavailable is no exit: it is retried for ever.
import type { EventPage, EventStore, Position } from '@libs/event-store';
import { applyOrIsolate } from './apply-or-isolate.js';
import { refillModel } from './refill-model.js';
import type { ProjectionLease } from './projection-lease.js';
import type { ProjectionModel } from './projection-model.js';
import { createStatusBoard, errorCodeOf } from './projection-status.js';
import type { PoisonEvent, ProjectionStatus } from './projection-status.js';
import { retryUnavailable, STOPPED } from './retry-unavailable.js';
import type { RetryOptions } from './retry-unavailable.js';
import { createSkippedEvents } from './skipped-events.js';
import { demandSameLog } from './demand-same-log.js';
import { sleep } from './sleep.js';
import { refreshLag, watchLag } from './watch-lag.js';
import { whileLeaseHeld } from './while-lease-held.js';

export const DEFAULT_BATCH_EVENTS = 1_000;
/** How often a projection stopped at a poison event looks whether it may go on. */
const SKIP_POLL_MS = 200;

export interface RunProjectionOptions {
  readonly store: EventStore;
  readonly model: ProjectionModel;
  /** Where several projectors may share a model: only the one that holds it projects, the others stand by. */
  readonly lease?: ProjectionLease | null;
  readonly signal: AbortSignal;
  /** UTC epoch ms, for the lag in seconds. */
  readonly now: () => number;
  /** Most events in one transaction (default 1,000); a batch is what is there, up to this. */
  readonly batchSize?: number;
  /** True if the store's positions are 1, 2, 3 … (`SqliteEventStore.contiguousPositions`): the lag counts events. */
  readonly contiguousPositions?: boolean;
  /** Told of every change of status. */
  readonly onStatus?: (status: ProjectionStatus) => void;
}

/** Runs until the signal fires. Throws `CheckpointMismatchError`, `ModelDamagedError`, or the store's fatal error. */
export async function runProjection(options: RunProjectionOptions): Promise<void> {
  const {
    store,
    model,
    lease = null,
    signal,
    now,
    batchSize = DEFAULT_BATCH_EVENTS,
    contiguousPositions = false,
  } = options;
  const board = createStatusBoard(options.onStatus ?? (() => undefined));
  const skipped = createSkippedEvents(store);
  /** Poison events that a recorded skip allows to pass. */
  const passed = new Set<Position>();
  const lag = { store, board, contiguousPositions, now };
  const retryUntil = (ending: AbortSignal): RetryOptions => ({
    signal: ending,
    onUnavailable: (error) =>
      board.update({ lastErrorCode: errorCodeOf(error), retries: board.current.retries + 1 }),
  });
  const retry = retryUntil(signal);

  const ended = new AbortController();
  let watching: Promise<void> | null = null;
  try {
    if (!(await readCheckpoint(retry))) return;
    if ((await retryUnavailable(() => skipped.refresh(), retry)) === STOPPED) return;
    watching = watchLag({ ...lag, signal: AbortSignal.any([signal, ended.signal]) });
    if (lease === null) await follow(signal);
    else await whileLeaseHeld({ lease, retry, onStandby: standBy }, follow);
  } catch (error) {
    board.update({ state: 'failed', lastErrorCode: errorCodeOf(error) });
    throw error;
  } finally {
    ended.abort();
    await watching;
  }

  async function standBy(): Promise<void> {
    if (await readCheckpoint(retry)) board.update({ state: 'standby', poison: null });
  }

  /** False if the signal fired first. */
  async function readCheckpoint(until: RetryOptions): Promise<boolean> {
    const position = await retryUnavailable(() => model.checkpoint(), until);
    if (position === STOPPED) return false;
    board.update({ position, lastErrorCode: null });
    return true;
  }

  /** `held` fires when the signal does, or when the lease is lost. */
  async function follow(held: AbortSignal): Promise<void> {
    // What the checkpoint was before the lease was taken is another projector's past.
    if (lease !== null && !(await readCheckpoint(retryUntil(held)))) return;
    if ((await retryUnavailable(() => demandSameLog(store, model), retryUntil(held))) === STOPPED) return;
    if (board.current.state === 'standby') board.update({ state: 'catching-up' });
    if (board.current.position === null) {
      const refilled = await refillModel({
        store,
        model,
        skipped,
        retry: retryUntil(held),
        pageSize: batchSize,
      });
      if (refilled !== null) showProgress(refilled.position, refilled.atHead);
    }
    const after = board.current.position;
    for await (const page of store.follow({ after, signal: held, pageSize: batchSize })) {
      await applyPage(page, held);
      if (held.aborted) break;
    }
  }

  async function applyPage({ events, next, atHead }: EventPage, held: AbortSignal): Promise<void> {
    if (next === null) return;
    events.forEach((event) => skipped.note(event));
    while (!held.aborted && board.current.position !== next) {
      const expected = board.current.position;
      const batch = {
        events: events.filter(({ position }) => mustApply(position, expected)),
        expected,
        next,
      };
      const { checkpoint, poison } = await applyOrIsolate(model, batch, retryUntil(held));
      showProgress(checkpoint, checkpoint === next && atHead);
      if (poison !== null) await stopUntilSkipped(poison, held);
    }
  }

  function mustApply(position: Position, after: Position | null): boolean {
    return (after === null || position > after) && !passed.has(position);
  }

  function showProgress(position: Position | null, atHead: boolean): void {
    const state = atHead ? 'live' : 'catching-up';
    const { head } = board.current;
    const behind = head !== null && contiguousPositions ? Math.max(0, Number(head - (position ?? 0n))) : null;
    const lag = atHead ? { head: position, lagEvents: 0, lagSeconds: 0 } : { lagEvents: behind };
    board.update({ position, state, lastErrorCode: null, ...lag });
  }

  async function stopUntilSkipped(poison: PoisonEvent, held: AbortSignal): Promise<void> {
    for (;;) {
      if ((await retryUnavailable(() => skipped.refresh(), retryUntil(held))) === STOPPED) return;
      if (skipped.has(poison.position)) break;
      await refreshLag(lag);
      board.update({ state: 'stopped-at-poison', poison, lastErrorCode: 'poison-event' });
      await sleep(SKIP_POLL_MS, held);
      if (held.aborted) return;
    }
    passed.add(poison.position);
    board.update({ state: 'catching-up', poison: null, lastErrorCode: null });
  }
}

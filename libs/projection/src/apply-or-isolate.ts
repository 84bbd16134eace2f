// Commits a batch, or finds the one event in it that cannot be applied and commits all that lies before it.
// It never skips an event and never takes a failing database for a poison event.
import { EventStoreError, type Position } from '@libs/event-store';
import {
  CheckpointMismatchError,
  LeaseLostError,
  ModelDamagedError,
  ModelUnavailableError,
  PoisonEventError,
} from './errors.js';
import type { ProjectionBatch, ProjectionModel } from './projection-model.js';
import type { PoisonEvent } from './projection-status.js';
import { retryUnavailable, STOPPED } from './retry-unavailable.js';
import type { RetryOptions } from './retry-unavailable.js';

/** `checkpoint`: how far the model stands now. With a `poison` that is just before it. */
export interface ApplyOutcome {
  readonly checkpoint: Position | null;
  readonly poison: PoisonEvent | null;
}

/** Throws `CheckpointMismatchError`, `LeaseLostError`, `ModelDamagedError`. A signal that fires ends it early, after a whole commit. */
export async function applyOrIsolate(
  model: ProjectionModel,
  batch: ProjectionBatch,
  retry: RetryOptions,
): Promise<ApplyOutcome> {
  const { events, expected, next } = batch;
  try {
    const answer = await retryUnavailable(committing(model, batch), retry);
    return { checkpoint: answer === STOPPED ? expected : next, poison: null };
  } catch (error) {
    if (endsTheRun(error)) throw error;
    const bad =
      error instanceof PoisonEventError ? events.findIndex((e) => e.position === error.position) : -1;
    const [first] = events;
    if (first === undefined || (error instanceof PoisonEventError && bad === -1)) throw error;
    if (bad === 0 || events.length === 1) return { checkpoint: expected, poison: poisonOf(first, error) };
    return applyInTwo(model, batch, bad === -1 ? Math.ceil(events.length / 2) : bad, retry);
  }
}

async function applyInTwo(
  model: ProjectionModel,
  { events, expected, next }: ProjectionBatch,
  length: number,
  retry: RetryOptions,
): Promise<ApplyOutcome> {
  const good = events.slice(0, length);
  const before = await applyOrIsolate(
    model,
    { events: good, expected, next: good.at(-1)?.position ?? next },
    retry,
  );
  if (before.poison !== null || retry.signal.aborted) return before;
  return applyOrIsolate(model, { events: events.slice(length), expected: before.checkpoint, next }, retry);
}

/** One attempt; after one whose outcome is unknown, the next first asks whether it went through. */
function committing(model: ProjectionModel, batch: ProjectionBatch): () => Promise<void> {
  let unknown = false;
  return async () => {
    if (unknown && (await model.checkpoint()) === batch.next) return;
    try {
      await model.apply(batch);
    } catch (error) {
      unknown = error instanceof ModelUnavailableError;
      throw error;
    }
  };
}

function poisonOf(event: { readonly position: Position; readonly id: string }, error: unknown): PoisonEvent {
  const cause = error instanceof PoisonEventError ? error.cause : error;
  return {
    position: event.position,
    eventId: event.id,
    cause: cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause),
  };
}

/** No event can be the cause. */
export function endsTheRun(error: unknown): boolean {
  return (
    error instanceof EventStoreError ||
    error instanceof CheckpointMismatchError ||
    error instanceof LeaseLostError ||
    error instanceof ModelDamagedError
  );
}

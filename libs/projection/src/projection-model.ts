// What the runner asks of a read model. A model must never commit rows without their checkpoint, or part of a batch.
import type { Position, RecordedEvent } from '@libs/event-store';

/** Events in the global order, perhaps none; `next` lies beyond the last of them where events were skipped. */
export interface ProjectionBatch {
  readonly events: readonly RecordedEvent[];
  /** The checkpoint the batch starts from; null at the very start. */
  readonly expected: Position | null;
  /** The checkpoint once the batch is committed. */
  readonly next: Position;
}

export interface ProjectionModel {
  /** The position up to which the rows stand; null before the first batch. */
  checkpoint(): Promise<Position | null>;
  /** The last event applied, by which a model filled from another log is told; null before the first. */
  lastEvent(): Promise<Pick<RecordedEvent, 'stream' | 'revision' | 'id'> | null>;
  /**
   * Rows and checkpoint in one transaction, the checkpoint by compare-and-set on `expected`. On any throw nothing of the
   * batch is committed, save with `ModelUnavailableError`, whose outcome may be unknown: the runner then asks again.
   * Throws `CheckpointMismatchError`, `PoisonEventError`, `ModelUnavailableError`, `ModelDamagedError`; the runner looks for the event
   * behind any other error by splitting the batch.
   */
  apply(batch: ProjectionBatch): Promise<void>;
  /**
   * Makes the model anew from the start of the log, beside what it holds, and puts that in its place in one step: all or
   * nothing. Null where the model can only be filled by `apply`. Throws as `apply` does, but for `PoisonEventError`: it
   * ends before an event that cannot be applied; and the signal's reason when that fires.
   */
  readonly refill: ((source: RefillSource) => Promise<Refilled>) | null;
}

export interface RefillSource {
  /** The position up to which the model is to be filled at least. */
  readonly head: Position;
  /** The log from its first event to the head or somewhat beyond. */
  readonly pages: AsyncIterable<readonly RecordedEvent[]>;
  /** Whether an event may be left out if it cannot be applied. */
  readonly maySkip: (position: Position) => boolean;
  readonly signal: AbortSignal;
}

export interface Refilled {
  /** The checkpoint now; null if no event was there or none could be applied. */
  readonly position: Position | null;
  readonly events: number;
}

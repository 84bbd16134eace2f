// What a read model may throw at the runner, each with the one thing the runner may do about it.
import type { Position } from '@libs/event-store';

/** Somebody else has moved the checkpoint: this runner has lost and must stop. */
export class CheckpointMismatchError extends Error {
  readonly expected: Position | null;
  readonly actual: Position | null;

  constructor(expected: Position | null, actual: Position | null) {
    super(
      `projection: the checkpoint is ${text(actual)}, expected ${text(expected)}: another projector is at work`,
    );
    this.name = 'CheckpointMismatchError';
    this.expected = expected;
    this.actual = actual;
  }
}

/** Another projector holds the lease: nothing was committed, and this one stands by. */
export class LeaseLostError extends Error {
  constructor() {
    super('projection: another projector has taken the lease');
    this.name = 'LeaseLostError';
  }
}

/** One event cannot be applied: the runner commits what lies before it and stops there. */
export class PoisonEventError extends Error {
  readonly position: Position;
  readonly eventId: string;

  constructor(poison: { readonly position: Position; readonly eventId: string; readonly cause: unknown }) {
    super(`projection: the event at position ${String(poison.position)} cannot be applied`, {
      cause: poison.cause,
    });
    this.name = 'PoisonEventError';
    this.position = poison.position;
    this.eventId = poison.eventId;
  }
}

/** The read model's database cannot be used for now: the runner tries again and skips nothing. */
export class ModelUnavailableError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ModelUnavailableError';
  }
}

/** The read model cannot be trusted or is none: no event is to blame and no retry will help. */
export class ModelDamagedError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ModelDamagedError';
  }
}

function text(position: Position | null): string {
  return position === null ? 'at the start' : String(position);
}

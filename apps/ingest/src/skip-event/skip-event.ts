// The command: record in the log that every fold is to pass over one event. The event itself stays where it is.
import { Command } from '@nestjs/cqrs';
import type { Position } from '@libs/event-store';

/** `unknown`: there is no event at the position. `duplicate`: it was skipped already; the first reason stands. */
export type SkipResult =
  | { readonly outcome: 'appended' | 'duplicate'; readonly eventId: string; readonly position: Position }
  | { readonly outcome: 'unknown' };

/** Throws `EventStoreError`; sending it again is safe. */
export class SkipEvent extends Command<SkipResult> {
  constructor(
    readonly position: Position,
    readonly reason: string,
    /** Who asked: a key's id. */
    readonly keyId: string,
  ) {
    super();
  }
}

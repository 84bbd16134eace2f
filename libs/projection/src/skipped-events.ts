// The positions that may be passed over if they cannot be applied, gathered from the operations stream ahead of the log: a
// skip is recorded after the event it names, and a rebuild from the start meets that event first.
import type { EventStore, Position, RecordedEvent } from '@libs/event-store';
import { OPERATIONS_STREAM, skippedPosition } from './event-skipped.js';

const PAGE_EVENTS = 500;

export interface SkippedEvents {
  has(position: Position): boolean;
  /** Takes note of a skip met in the log. */
  note(event: RecordedEvent): void;
  /** Reads what the operations stream has gained. Throws what the store throws. */
  refresh(): Promise<void>;
}

export function createSkippedEvents(store: EventStore): SkippedEvents {
  const positions = new Set<Position>();
  let from = 0;

  function note(event: RecordedEvent): void {
    const position = skippedPosition(event);
    if (position !== null) positions.add(position);
  }

  async function refresh(): Promise<void> {
    for (;;) {
      const events = await store.readStream(OPERATIONS_STREAM, { from, limit: PAGE_EVENTS });
      events.forEach(note);
      const last = events.at(-1);
      if (last === undefined) return;
      from = last.revision + 1;
    }
  }

  return { has: (position) => positions.has(position), note, refresh };
}

// Events for tests, with ids that are UUIDs and the same on every run.
import type { AppendItem, ExpectedRevision, NewEvent } from '../event-store.js';

/** A UUID made of a number. */
export function eventId(n: number): string {
  return `00000000-0000-8000-8000-${n.toString(16).padStart(12, '0')}`;
}

export function newEvent(n: number, data: unknown = { n }): NewEvent {
  return { id: eventId(n), type: 'Counted', data, metadata: { via: 'test' } };
}

/** Events numbered `first` to `first + count − 1`. */
export function newEvents(first: number, count: number): NewEvent[] {
  return Array.from({ length: count }, (_, index) => newEvent(first + index));
}

export function itemOf(
  stream: string,
  expectedRevision: ExpectedRevision,
  ...events: NewEvent[]
): AppendItem {
  return { stream, expectedRevision, events };
}

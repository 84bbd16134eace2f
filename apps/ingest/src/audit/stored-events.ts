// The log for digests: events as they are stored, in pages so small that the event loop turns between two of them.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { StoredEvent } from '@libs/audit';
import { SerializedJson, type EventStore, type Position, type RecordedEvent } from '@libs/event-store';

/** A millisecond or two of reading and hashing. */
export const PAGE_EVENTS = 64;

export type ReadsAll = Pick<EventStore, 'readAll'>;

export interface StoredPage {
  readonly events: readonly StoredEvent[];
  readonly atHead: boolean;
}

/** Throws `EventStoreError`. */
export async function readStoredPage(
  store: ReadsAll,
  after: Position | null,
  limit: number,
): Promise<StoredPage> {
  await nextTurn();
  const { events, atHead } = await store.readAll({ after, limit, asStored: true });
  return { events: events.map(toStoredEvent), atHead };
}

function toStoredEvent({ data, metadata, ...rest }: RecordedEvent): StoredEvent {
  return { ...rest, data: textOf(data), metadata: textOf(metadata) };
}

function textOf(value: unknown): string {
  if (value instanceof SerializedJson) return value.text;
  throw new Error('the event store does not give events as they are stored');
}

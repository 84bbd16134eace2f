// What an append weighs as the server counts it. The server refuses more than 1 MiB, and a stream's events of one item
// must be written together or not at all: what does not fit cannot be split, it is the caller's to make smaller.
import { EventStoreError } from '../errors.js';
import type { PreparedEvent, PreparedItem } from '../prepared-item.js';

/** EventStoreDB's default; a server configured lower says so itself. */
export const MAX_APPEND_BYTES = 1_048_576;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function appendBytes({ events }: { readonly events: readonly PreparedEvent[] }): number {
  return events.reduce((sum, event) => sum + eventBytes(event), 0);
}

/** Throws `store-misuse` for what this server could never store as it is. */
export function requireStorable(item: PreparedItem): PreparedItem {
  const { stream, events } = item;
  if (stream.startsWith('$')) throw misuse(`the name ${stream} is the server's own`);
  for (const { id } of events) if (!UUID.test(id)) throw misuse(`an id for ${stream} is no lower-case UUID`);
  const bytes = appendBytes(item);
  if (bytes > MAX_APPEND_BYTES) {
    throw misuse(
      `an append to ${stream} has ${bytes} bytes, metadata included; KurrentDB takes ${MAX_APPEND_BYTES} at once`,
    );
  }
  return item;
}

function eventBytes({ type, data, metadata }: PreparedEvent): number {
  return 2 * type.length + Buffer.byteLength(data) + Buffer.byteLength(metadata);
}

function misuse(message: string): EventStoreError {
  return new EventStoreError('store-misuse', `event store: ${message}`);
}

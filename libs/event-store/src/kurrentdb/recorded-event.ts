// One event of the protocol as the port's. What is not an event of ours is never passed over: it is corrupt.
import type { ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import { EventStoreError } from '../errors.js';
import type { Position, RecordedEvent } from '../event-store.js';
import { SerializedJson } from '../serialized-json.js';

/** What a server before 22.6 says in the place of a position when one stream is read. */
const NO_POSITION = 0xffff_ffff_ffff_ffffn;
/** .NET counts time in steps of 100 ns. */
const TICKS_PER_MS = 10_000n;

/** An event and the bytes its data and metadata take, for bounding pages. */
export interface SizedEvent {
  readonly event: RecordedEvent;
  readonly bytes: number;
}

/**
 * `asStored`: data and metadata as the text they are. Throws `store-corrupt` for data that is not JSON (unless as stored),
 * `store-refused` for a server too old.
 */
export function toRecordedEvent(read: ReadResp.ReadEvent, asStored = false): SizedEvent {
  const record = read.getEvent();
  if (record === undefined) throw corrupt('an answer holds no event');
  const position = positionOf(record);
  const fields = record.getMetadataMap();
  const data = record.getData_asU8();
  const metadata = record.getCustomMetadata_asU8();
  const event: RecordedEvent = {
    stream: textOf(record.getStreamIdentifier()?.getStreamName_asU8()),
    revision: Number(record.getStreamRevision()),
    position,
    id: record.getId()?.getString() ?? '',
    type: fields.get('type') ?? '',
    data: asStored ? new SerializedJson(textOf(data)) : parse(data, position),
    metadata: asStored ? new SerializedJson(textOf(metadata)) : parseMetadata(metadata, position),
    recordedAt: Number(BigInt(fields.get('created') ?? 0) / TICKS_PER_MS),
  };
  return { event, bytes: data.length + metadata.length };
}

export function positionOf(record: ReadResp.ReadEvent.RecordedEvent): Position {
  const position = BigInt(record.getCommitPosition());
  if (position !== NO_POSITION) return position;
  throw new EventStoreError(
    'store-refused',
    'event store: the server tells no positions; it must be 22.6 or later',
  );
}

function parseMetadata(bytes: Uint8Array, position: Position): unknown {
  return bytes.length === 0 ? null : parse(bytes, position);
}

function parse(bytes: Uint8Array, position: Position): unknown {
  try {
    return JSON.parse(textOf(bytes));
  } catch (error) {
    throw corrupt(`the event at position ${String(position)} is not JSON`, error);
  }
}

function textOf(bytes: Uint8Array = new Uint8Array()): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

function corrupt(message: string, cause?: unknown): EventStoreError {
  return new EventStoreError('store-corrupt', `event store: ${message}`, { cause });
}

// Turns append items into JSON text before anything is written, so that a payload that cannot be stored fails its own
// call and nobody else's. What every adapter does first.
import { EventStoreError } from './errors.js';
import { SerializedJson } from './serialized-json.js';
import type { AppendItem, ExpectedRevision, NewEvent } from './event-store.js';

export interface PreparedEvent {
  readonly id: string;
  readonly type: string;
  /** JSON, as text or as the bytes of its UTF-8. */
  readonly data: string | Uint8Array;
  readonly metadata: string | Uint8Array;
}

/** The items of one stream in one call, in order. */
export interface ItemSequence {
  /** One of them was not written: none after it may be. */
  isBroken: boolean;
}

export interface PreparedItem {
  readonly stream: string;
  readonly expectedRevision: ExpectedRevision;
  readonly events: readonly PreparedEvent[];
  readonly surelyNew: boolean;
  readonly sequence: ItemSequence;
  /** The next one of its stream in the call was planned behind it. */
  isFollowed: boolean;
  /** Characters or bytes of JSON: what bounds a transaction, near enough to bytes. */
  readonly size: number;
}

/** The items of one call. Throws `store-misuse` for one that breaks the port's contract or holds what JSON cannot say. */
export function prepareItems(items: readonly AppendItem[]): PreparedItem[] {
  const latest = new Map<string, PreparedItem>();
  return items.map((item) => {
    const before = latest.get(item.stream);
    const prepared = prepareItem(item, before?.sequence ?? { isBroken: false });
    if (before) before.isFollowed = revisionOf(prepared) === revisionOf(before) + before.events.length;
    latest.set(item.stream, prepared);
    return prepared;
  });
}

const revisionOf = ({ expectedRevision }: PreparedItem): number =>
  expectedRevision === 'noStream' ? -1 : expectedRevision;

function prepareItem(item: AppendItem, sequence: ItemSequence): PreparedItem {
  if (!isName(item.stream)) throw misuse('a stream needs a name of well-formed text');
  if (item.events.length === 0) throw misuse(`nothing to append to ${item.stream}`);
  if (item.expectedRevision !== 'noStream' && !isRevision(item.expectedRevision)) {
    throw misuse(`expected revision ${String(item.expectedRevision)} of ${item.stream} is none`);
  }
  const events = item.events.map((event) => prepareEvent(item.stream, event));
  if (events.length > 1 && new Set(events.map(({ id }) => id)).size !== events.length) {
    throw misuse(`one append to ${item.stream} holds an id twice`);
  }
  const size = events.reduce((sum, event) => sum + event.data.length + event.metadata.length, 0);
  const { stream, expectedRevision, surelyNew = false } = item;
  return { stream, expectedRevision, events, surelyNew, sequence, isFollowed: false, size };
}

function prepareEvent(stream: string, event: NewEvent): PreparedEvent {
  if (!isName(event.id) || !isName(event.type)) throw misuse(`an event for ${stream} lacks an id or a type`);
  return {
    id: event.id,
    type: event.type,
    data: toJson(event.data, stream),
    metadata: toJson(event.metadata, stream),
  };
}

function toJson(value: unknown, stream: string): string | Uint8Array {
  if (value instanceof SerializedJson) return value.json;
  let text: unknown;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    throw misuse(`an event for ${stream} cannot be written as JSON`, error);
  }
  if (typeof text !== 'string') throw misuse(`an event for ${stream} cannot be written as JSON`);
  return text;
}

/** UTF-8 cannot hold a lone surrogate: two names that differ in one would become one name. */
function isName(text: string): boolean {
  return text.length > 0 && text.isWellFormed();
}

function isRevision(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function misuse(message: string, cause?: unknown): EventStoreError {
  return new EventStoreError('store-misuse', `event store: ${message}`, { cause });
}

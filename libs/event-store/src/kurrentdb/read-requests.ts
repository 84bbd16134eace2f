// The read requests of the protocol, built as the client builds its own. What is read from a position includes the event
// at it; what is subscribed to from a position does not.
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { Position } from '../event-store.js';

export type Direction = 'forwards' | 'backwards';

export interface StreamRead {
  readonly stream: string;
  readonly direction: Direction;
  /** Inclusive; null is the first event forwards and the last one backwards. */
  readonly from: number | null;
  readonly count: number;
}

export interface AllRead {
  readonly direction: Direction;
  /** Inclusive; null is the start of the log forwards and its end backwards. */
  readonly from: Position | null;
  readonly count: number;
  /** Only streams whose names begin so; null: every event there is, the server's own too. */
  readonly prefixes: readonly string[] | null;
}

/** How many windows of filtered-out events lie between two checkpoints of the server; we only ever ignore them. */
const CHECKPOINT_INTERVAL = 1_000;

export function streamReadRequest({ stream, direction, from, count }: StreamRead): ReadReq {
  const streamOptions = new streams.ReadReq.Options.StreamOptions();
  const identifier = new shared.StreamIdentifier();
  identifier.setStreamName(Uint8Array.from(Buffer.from(stream, 'utf8')));
  streamOptions.setStreamIdentifier(identifier);
  if (from !== null) streamOptions.setRevision(String(from));
  else if (direction === 'forwards') streamOptions.setStart(new shared.Empty());
  else streamOptions.setEnd(new shared.Empty());

  const options = newOptions(direction, null);
  options.setStream(streamOptions);
  options.setCount(String(count));
  return requestOf(options);
}

export function allReadRequest({ direction, from, count, prefixes }: AllRead): ReadReq {
  const options = newOptions(direction, prefixes);
  options.setAll(allOptions(from, direction));
  options.setCount(String(count));
  return requestOf(options);
}

export function subscriptionRequest(after: Position | null, prefixes: readonly string[]): ReadReq {
  const options = newOptions('forwards', prefixes);
  options.setAll(allOptions(after, 'forwards'));
  options.setSubscription(new streams.ReadReq.Options.SubscriptionOptions());
  return requestOf(options);
}

function newOptions(direction: Direction, prefixes: readonly string[] | null): ReadReq.Options {
  const { ReadDirection, UUIDOption } = streams.ReadReq.Options;
  const options = new streams.ReadReq.Options();
  options.setReadDirection(direction === 'forwards' ? ReadDirection.FORWARDS : ReadDirection.BACKWARDS);
  options.setResolveLinks(false);
  options.setUuidOption(new UUIDOption().setString(new shared.Empty()));
  if (prefixes === null) options.setNoFilter(new shared.Empty());
  else options.setFilter(filterOn(prefixes));
  return options;
}

function filterOn(prefixes: readonly string[]): ReadReq.Options.FilterOptions {
  const { FilterOptions } = streams.ReadReq.Options;
  const filter = new FilterOptions();
  filter.setStreamIdentifier(new FilterOptions.Expression().setPrefixList([...prefixes]));
  filter.setCount(new shared.Empty());
  filter.setCheckpointintervalmultiplier(CHECKPOINT_INTERVAL);
  return filter;
}

function allOptions(from: Position | null, direction: Direction): ReadReq.Options.AllOptions {
  const all = new streams.ReadReq.Options.AllOptions();
  if (from === null) {
    return direction === 'forwards' ? all.setStart(new shared.Empty()) : all.setEnd(new shared.Empty());
  }
  const position = new streams.ReadReq.Options.Position();
  // Both are the same for every event that no explicit transaction wrote, and nothing here writes any.
  position.setCommitPosition(String(from));
  position.setPreparePosition(String(from));
  return all.setPosition(position);
}

function requestOf(options: ReadReq.Options): ReadReq {
  return new streams.ReadReq().setOptions(options);
}

// The double's reads: one stream or $all, forwards and backwards, filtered or not, and filtered subscriptions to $all. It
// writes no faster than the client takes.
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import { status } from '@grpc/grpc-js';
import type { ServerWritableStream } from '@grpc/grpc-js';
import type { DoubleContext } from './double-context.js';
import type { LogRecord } from './event-log.js';

type ReadCall = ServerWritableStream<ReadReq, ReadResp>;

/** Scanned records between two checkpoints of the server, times what the client asks for. */
const CHECKPOINT_WINDOW = 32;
const ON_THE_WAY_MS = 5;

export async function handleRead(context: DoubleContext, call: ReadCall): Promise<void> {
  if (!context.admits(call)) return;
  const options = call.request.getOptions();
  if (options === undefined) {
    call.emit('error', { code: status.INVALID_ARGUMENT, details: 'no options' });
  } else if (options.hasSubscription()) {
    await subscription(context, newSender(call), options);
  } else if (isWithinRecord(context.log.records, options)) {
    call.emit('error', { code: status.INVALID_ARGUMENT, details: 'no record begins at the position' });
  } else {
    await boundedRead(context, newSender(call), options);
  }
}

async function boundedRead(context: DoubleContext, call: Sender, options: ReadReq.Options): Promise<void> {
  const name = options.getStream() === undefined ? null : streamNameOf(options);
  const records = name === null ? context.log.records : context.log.stream(name);
  if (name !== null) context.streamReads += 1;
  if (name !== null && records.length === 0) {
    const missing = new streams.ReadResp.StreamNotFound().setStreamIdentifier(identifierOf(name));
    await call.send(new streams.ReadResp().setStreamNotFound(missing));
  }
  const backwards = options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS;
  const matches = filterOf(options);
  const start = startOf(records, options, backwards);
  let left = Number(options.getCount());
  for (let index = start; left > 0; index += backwards ? -1 : 1) {
    const record = records[index];
    if (record === undefined) break;
    if (!matches(record)) continue;
    if (!(await call.send(eventResponse(record)))) return;
    left -= 1;
  }
  call.end();
}

/** A stream is read from a revision, included in both directions; $all backwards ends before its position. */
function startOf(records: readonly LogRecord[], options: ReadReq.Options, backwards: boolean): number {
  const stream = options.getStream();
  const at = options.getAll()?.getPosition()?.getCommitPosition();
  const last = records.length - 1;
  if (stream?.hasRevision())
    return backwards ? Math.min(Number(stream.getRevision()), last) : Number(stream.getRevision());
  if (at === undefined) return backwards ? last : 0;
  const first = firstFrom(records, BigInt(at));
  return backwards ? first - 1 : first;
}

/** A log of bytes can be read from where a record begins, and from nowhere else. */
function isWithinRecord(records: readonly LogRecord[], options: ReadReq.Options): boolean {
  const at = options.getAll()?.getPosition()?.getCommitPosition();
  if (at === undefined) return false;
  const record = records[firstFrom(records, BigInt(at))];
  return record !== undefined && record.position !== BigInt(at) && BigInt(at) > 0n;
}

/** The index of the first record at or after a position. */
function firstFrom(records: readonly LogRecord[], position: bigint): number {
  let [low, high] = [0, records.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((records[middle]?.position ?? 0n) < position) low = middle + 1;
    else high = middle;
  }
  return low;
}

function streamNameOf(options: ReadReq.Options): string {
  return textOf(options.getStream()?.getStreamIdentifier()?.getStreamName_asU8());
}

async function subscription(context: DoubleContext, call: Sender, options: ReadReq.Options): Promise<void> {
  const { faults, log, stopped, subscriptions } = context;
  if (faults.neverConfirm) return;
  subscriptions.add(call);
  const confirmation = new streams.ReadResp.SubscriptionConfirmation();
  confirmation.setSubscriptionId(crypto.randomUUID());
  await call.send(new streams.ReadResp().setConfirmation(confirmation));

  const matches = filterOf(options);
  const window = CHECKPOINT_WINDOW * (options.getFilter()?.getCheckpointintervalmultiplier() ?? 1);
  const after = options.getAll()?.getPosition()?.getCommitPosition();
  // What lies at the position itself has been seen.
  let next = after === undefined ? 0 : firstFrom(log.records, BigInt(after) + 1n);
  let sent = 0;
  let scanned = 0;
  for (let told = false; !call.over.aborted && !stopped.aborted;) {
    const record = log.records[next];
    if (record === undefined) {
      if (faults.tellCaughtUp && !told) {
        told = true;
        await call.send(new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp()));
        continue;
      }
      await firstOf(call.over, log.grown());
      continue;
    }
    next += 1;
    scanned += 1;
    if (matches(record)) {
      if (!(await call.send(eventResponse(record)))) break;
      sent += 1;
      context.sent += 1;
      if (sent === faults.breakSubscriptionsAfter) {
        // What was sent is on its way: some of it arrives.
        await new Promise((resolve) => setTimeout(resolve, ON_THE_WAY_MS));
        context.cutConnections();
        break;
      }
      if (sent === faults.endSubscriptionsAfter) call.end();
    }
    if (scanned % window === 0) await call.send(checkpointResponse(record));
  }
  subscriptions.delete(call);
}

function filterOf(options: ReadReq.Options): (record: LogRecord) => boolean {
  const prefixes = options.getFilter()?.getStreamIdentifier()?.getPrefixList() ?? [];
  return ({ stream }) => prefixes.length === 0 || prefixes.some((prefix) => stream.startsWith(prefix));
}

interface Sender {
  /** Waits until there is room for more; false when the call is over. */
  send(response: ReadResp): Promise<boolean>;
  end(): void;
  readonly over: AbortSignal;
}

function newSender(call: ReadCall): Sender {
  const over = new AbortController();
  for (const event of ['cancelled', 'close', 'finish', 'error']) call.on(event, () => over.abort());
  return {
    over: over.signal,
    send: async (response) => {
      if (over.signal.aborted || call.writableEnded) return false;
      if (!call.write(response)) {
        await firstOf(over.signal, new Promise((resolve) => call.once('drain', resolve)));
      }
      return !over.signal.aborted;
    },
    end: () => {
      call.end();
      over.abort();
    },
  };
}

function firstOf(over: AbortSignal, work: Promise<unknown>): Promise<unknown> {
  const ended = new Promise((resolve) => {
    if (over.aborted) resolve(null);
    else over.addEventListener('abort', resolve, { once: true });
  });
  return Promise.race([ended, work]);
}

function eventResponse(record: LogRecord): ReadResp {
  const event = new streams.ReadResp.ReadEvent.RecordedEvent();
  event.setId(new shared.UUID().setString(record.id));
  event.setStreamIdentifier(identifierOf(record.stream));
  event.setStreamRevision(String(record.revision));
  event.setCommitPosition(String(record.position));
  event.setPreparePosition(String(record.position));
  event.setData(record.data);
  event.setCustomMetadata(record.metadata);
  event
    .getMetadataMap()
    .set('type', record.type)
    .set('content-type', record.contentType)
    .set('created', String(BigInt(record.created) * 10_000n));
  const read = new streams.ReadResp.ReadEvent().setEvent(event);
  return new streams.ReadResp().setEvent(read.setCommitPosition(String(record.position)));
}

function checkpointResponse({ position }: LogRecord): ReadResp {
  const checkpoint = new streams.ReadResp.Checkpoint();
  checkpoint.setCommitPosition(String(position)).setPreparePosition(String(position));
  return new streams.ReadResp().setCheckpoint(checkpoint);
}

function identifierOf(name: string) {
  return new shared.StreamIdentifier().setStreamName(Uint8Array.from(Buffer.from(name, 'utf8')));
}

function textOf(bytes: Uint8Array = new Uint8Array()): string {
  return Buffer.from(bytes).toString('utf8');
}

// Follows the streams of our prefixes for ever, over one filtered subscription to $all after the other.
// States: subscribing, after the last event whose page the consumer has taken → receiving, pages go out → the call fails
// or ends, whoever ended it: pause → subscribing again. Exits: the signal fires (quietly); the store is closed, the server
// refuses us or its log ends before our position (throws). The server's checkpoints run ahead of the consumer: they are
// never used. Nothing is taken off the connection while the consumer works, so the server waits for it, too.
import type { ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import { EventStoreError } from '../errors.js';
import type { EventPage, FollowOptions, Position, RecordedEvent } from '../event-store.js';
import { isUnavailable, NoAnswerError, toEventStoreError } from './kurrentdb-errors.js';
import type { KurrentDbConnection } from './kurrentdb-connection.js';
import { MAX_PAGE_BYTES } from './read-events.js';
import type { EventReader } from './read-events.js';
import { subscriptionRequest } from './read-requests.js';
import { toRecordedEvent } from './recorded-event.js';
import type { ResponseReceiver } from './response-receiver.js';
import { pauseAfter, sleep } from './retry.js';
import type { OnRetry } from './retry.js';

export const DEFAULT_PAGE_EVENTS = 1_000;
/** How long a page waits for its next event, and in all. A live event is late by `nextMs` at most; old ones can wait. */
const LIVE = { nextMs: 3, pageMs: 40 };
const CATCHING_UP = { nextMs: 50, pageMs: 500 };

export interface FollowEventsOptions {
  readonly connection: KurrentDbConnection;
  readonly reader: EventReader;
  readonly prefixes: readonly string[];
  /** How long the server may take to confirm a subscription. */
  readonly deadlineMs: number;
  readonly onRetry: OnRetry;
  /** Fires when the store is closed. */
  readonly closed: AbortSignal;
}

export async function* followEvents(
  options: FollowEventsOptions,
  { after, signal, pageSize = DEFAULT_PAGE_EVENTS }: FollowOptions,
): AsyncGenerator<EventPage, void, undefined> {
  const { closed, onRetry } = options;
  const either = AbortSignal.any([signal, closed]);
  let position = after;
  for (let failures = 0; !either.aborted;) {
    try {
      for await (const page of subscribe(options, position, pageSize, either)) {
        failures = 0;
        yield page;
        position = page.next;
        if (either.aborted) break;
      }
      if (!either.aborted) onRetry('follow', new Error('the server ended the subscription'));
    } catch (error) {
      if (either.aborted) break;
      const failure = toEventStoreError(error, 'follow the log');
      if (!isUnavailable(failure)) throw failure;
      onRetry('follow', failure);
    }
    failures += 1;
    await sleep(pauseAfter(failures), either);
  }
  if (!signal.aborted) throw new EventStoreError('store-closed', 'event store: closed');
}

/** The pages of one subscription; ends when the server ends it or the signal fires. */
async function* subscribe(
  { connection, reader, prefixes, deadlineMs }: FollowEventsOptions,
  after: Position | null,
  pageSize: number,
  signal: AbortSignal,
): AsyncGenerator<EventPage, void, undefined> {
  // The server would wait for a log that was replaced to grow past our position, and leave out what it holds.
  if (after !== null) await unlessAborted(reader.requireWithinLog(after), signal);
  const head = await unlessAborted(reader.head(), signal);
  const receiver = await connection.read(subscriptionRequest(after, prefixes), { signal });
  const cancel = () => receiver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    await confirmed(receiver, deadlineMs);
    const pages = createPages(receiver, pageSize, head);
    for (let page = await pages.next(); page !== null && !signal.aborted; page = await pages.next())
      yield page;
  } finally {
    signal.removeEventListener('abort', cancel);
    cancel();
  }
}

/** Rejects when the signal fires first: a read that hangs must not hold up the end. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

async function confirmed(receiver: ResponseReceiver<ReadResp>, deadlineMs: number): Promise<void> {
  const timer = setTimeout(() => receiver.cancel(), deadlineMs);
  const started = performance.now();
  try {
    await receiver.next();
  } catch (error) {
    throw performance.now() - started < deadlineMs ? error : new NoAnswerError(deadlineMs);
  } finally {
    clearTimeout(timer);
  }
}

interface Pages {
  /** Null once the server has ended the call. Throws what ended it otherwise, after the last whole page. */
  next(): Promise<EventPage | null>;
}

function createPages(receiver: ResponseReceiver<ReadResp>, pageSize: number, head: Position | null): Pages {
  let caughtUp = false;

  /** The event of an answer; null when it says something else. */
  function eventOf(answer: ReadResp) {
    if (answer.hasCaughtUp()) caughtUp = true;
    if (answer.hasFellBehind()) caughtUp = false;
    const read = answer.getEvent();
    return read === undefined ? null : toRecordedEvent(read);
  }

  async function next(): Promise<EventPage | null> {
    const events: RecordedEvent[] = [];
    let bytes = 0;
    let started = 0;
    let drained = false;
    while (events.length < pageSize && bytes <= MAX_PAGE_BYTES && !drained) {
      const answer =
        events.length === 0 ? await receiver.next() : await soon(started, events.at(-1)?.position ?? null);
      if (answer === null && events.length === 0) return null;
      if (answer === null) {
        drained = true;
      } else {
        const sized = eventOf(answer);
        if (sized === null) continue;
        if (events.length === 0) started = performance.now();
        events.push(sized.event);
        bytes += sized.bytes;
      }
    }
    const last = events.at(-1)?.position ?? null;
    return { events, next: last, atHead: drained && isAtHead(last) };
  }

  function isAtHead(last: Position | null): boolean {
    return caughtUp || head === null || (last !== null && last >= head);
  }

  /** An answer that is there or comes at once; null also for a call that is over, whose end the next page meets. */
  async function soon(started: number, last: Position | null): Promise<ReadResp | null> {
    const { nextMs, pageMs } = isAtHead(last) ? LIVE : CATCHING_UP;
    try {
      const answer = receiver.takeNow();
      if (answer !== null || receiver.ended || performance.now() - started >= pageMs) return answer;
      await receiver.changed(nextMs);
      return receiver.takeNow();
    } catch {
      return null;
    }
  }

  return { next };
}

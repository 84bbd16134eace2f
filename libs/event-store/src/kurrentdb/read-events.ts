// Reads of the log: bounded, each with a deadline, repeated a few times while the server is away (a read changes nothing).
import type { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import { EventStoreError } from '../errors.js';
import type {
  EventPage,
  Position,
  ReadAllOptions,
  ReadStreamOptions,
  RecordedEvent,
} from '../event-store.js';
import { isUnavailable, toEventStoreError } from './kurrentdb-errors.js';
import type { KurrentDbConnection } from './kurrentdb-connection.js';
import { allReadRequest, streamReadRequest } from './read-requests.js';
import { positionOf, toRecordedEvent } from './recorded-event.js';
import type { RetryWhileUnavailable } from './retry.js';

/** A page ends early once its data passes this, so that large events stay in bounded memory. */
export const MAX_PAGE_BYTES = 16_000_000;

export interface EventReader {
  /** `fromLeader`: nothing that is committed may be missing. */
  readStream(stream: string, options: ReadStreamOptions, fromLeader?: boolean): Promise<RecordedEvent[]>;
  readPage(options: ReadAllOptions): Promise<EventPage>;
  /** Null when no event of the streams with our prefixes stands there. */
  eventAt(position: Position): Promise<RecordedEvent | null>;
  /** The last event of the streams with our prefixes. */
  head(): Promise<Position | null>;
  /** The last event of all there are, as the leader knows it; null for a log without any. */
  endOfLog(): Promise<Position | null>;
  /** Throws `store-corrupt` when the log ends before `position`: it was replaced or cut. */
  requireWithinLog(position: Position): Promise<void>;
}

export interface EventReaderOptions {
  readonly connection: KurrentDbConnection;
  readonly prefixes: readonly string[];
  readonly deadlineMs: number;
  readonly retry: RetryWhileUnavailable;
}

export function createEventReader({
  connection,
  prefixes,
  deadlineMs,
  retry,
}: EventReaderOptions): EventReader {
  /** Hands every answer to `take`, until that says that it is enough. */
  function answers(
    doing: string,
    request: ReadReq,
    requiresLeader: boolean,
    newTaker: () => (response: ReadResp) => 'more' | 'enough',
  ): Promise<void> {
    return retry('read', async () => {
      const take = newTaker();
      try {
        const receiver = await connection.read(request, { deadlineMs, requiresLeader });
        for (let answer = await receiver.next(); answer !== null; answer = await receiver.next()) {
          if (take(answer) === 'enough') {
            receiver.cancel();
            return;
          }
        }
      } catch (error) {
        throw toEventStoreError(error, doing);
      }
    });
  }

  async function readStream(
    stream: string,
    { from, direction = 'forwards', limit }: ReadStreamOptions,
    fromLeader = false,
  ): Promise<RecordedEvent[]> {
    requireLimit(limit);
    let events: RecordedEvent[] = [];
    const request = streamReadRequest({ stream, direction, from: from ?? null, count: limit });
    await answers(`read ${stream}`, request, fromLeader, () => {
      events = [];
      return (answer) => {
        // A missing stream is an answer of its own kind, and so are a stream's first and last revision.
        const read = answer.getEvent();
        if (read !== undefined) events.push(toRecordedEvent(read).event);
        return 'more';
      };
    });
    return events;
  }

  async function readPage({ after, limit, asStored = false }: ReadAllOptions): Promise<EventPage> {
    requireLimit(limit);
    let events: RecordedEvent[] = [];
    let atHead = true;
    // The event at `after` comes first again, and one more than asked tells whether the page ends at the head.
    const count = limit + (after === null ? 1 : 2);
    const request = allReadRequest({ direction: 'forwards', from: after, count, prefixes });
    const newTaker = () => {
      events = [];
      atHead = true;
      let bytes = 0;
      return (answer: ReadResp) => {
        const read = answer.getEvent();
        if (read === undefined) return 'more';
        const sized = toRecordedEvent(read, asStored);
        if (after !== null && sized.event.position <= after) return 'more';
        if (events.length === limit || bytes > MAX_PAGE_BYTES) {
          atHead = false;
          return 'enough';
        }
        events.push(sized.event);
        bytes += sized.bytes;
        return 'more';
      };
    };
    try {
      await answers('read the log', request, false, newTaker);
    } catch (error) {
      // A position beyond the end can be an error of the server's; then that is what is wrong.
      if (after !== null && !isUnavailable(error)) await requireWithinLog(after);
      throw error;
    }
    if (events.length === 0 && after !== null) await requireWithinLog(after);
    return { events, next: events.at(-1)?.position ?? after, atHead };
  }

  async function eventAt(position: Position): Promise<RecordedEvent | null> {
    let found: RecordedEvent | null = null;
    const request = allReadRequest({ direction: 'forwards', from: position, count: 1, prefixes });
    const newTaker = () => {
      found = null;
      return (answer: ReadResp) => {
        const read = answer.getEvent();
        if (read === undefined) return 'more';
        const { event } = toRecordedEvent(read);
        if (event.position === position) found = event;
        return 'enough';
      };
    };
    try {
      await answers('read the log', request, true, newTaker);
    } catch (error) {
      // Where no record begins, the server cannot begin to read.
      if (error instanceof EventStoreError && error.code === 'store-misuse') return null;
      throw error;
    }
    return found;
  }

  async function lastOf(only: readonly string[] | null, fromLeader: boolean): Promise<Position | null> {
    let last: Position | null = null;
    const request = allReadRequest({ direction: 'backwards', from: null, count: 1, prefixes: only });
    await answers('read the end of the log', request, fromLeader, () => {
      last = null;
      return (answer) => {
        const record = answer.getEvent()?.getEvent();
        if (record !== undefined) last = positionOf(record);
        return 'more';
      };
    });
    return last;
  }

  async function requireWithinLog(position: Position): Promise<void> {
    const end = (await lastOf(null, true)) ?? 0n;
    if (position <= end) return;
    throw new EventStoreError(
      'store-corrupt',
      `event store: the log ends at ${String(end)}, before position ${String(position)}`,
    );
  }

  return {
    readStream,
    readPage,
    eventAt,
    head: () => lastOf(prefixes, false),
    endOfLog: () => lastOf(null, true),
    requireWithinLog,
  };
}

function requireLimit(limit: number): void {
  if (Number.isSafeInteger(limit) && limit > 0) return;
  throw new EventStoreError('store-misuse', `event store: a limit of ${limit} is not a positive integer`);
}

// The event store on KurrentDB or EventStoreDB (22.6 and later, made for 23.10). Any number of processes may append; each
// item is written onto its exact expected revision. It must never use "any", which is only nearly idempotent.
import { EventStoreError } from '../errors.js';
import type { EventStore, Position, RecordedEvent } from '../event-store.js';
import { prepareItems } from '../prepared-item.js';
import { createAppendItems } from './append-items.js';
import { createAppendLanes } from './append-lanes.js';
import { requireStorable } from './append-size.js';
import { createBatchAppend } from './batch-append.js';
import { checkServer } from './check-server.js';
import { followEvents } from './follow-events.js';
import { connectKurrentDb } from './kurrentdb-connection.js';
import { createEventReader } from './read-events.js';
import { createRetry, sleep } from './retry.js';
import type { OnRetry } from './retry.js';
import { createStreamViews } from './stream-views.js';
import type { Moments, ReadBackwards } from './stream-views.js';
import { createWatermark } from './watermark.js';

/** The streams of agents, and what operators record. */
export const DEFAULT_PREFIXES: readonly string[] = ['agent-', 'operations'];
const APPEND_DEADLINE_MS = 5_000;
const READ_DEADLINE_MS = 15_000;
const ATTEMPTS = 4;
const CHECK_MS = 10_000;
/** How long `close` waits for the answers to what it has accepted. */
const CLOSE_MS = 3_000;

export interface KurrentDbEventStoreOptions {
  /** `esdb://[user:password@]host:port[,…][?tls=false&…]` or `esdb+discover://…`; also as `kurrentdb://`. */
  readonly connectionString: string;
  /** What `readAll`, `follow` and `head` see: the streams whose names begin so. Default `agent-` and `operations`. */
  readonly prefixes?: readonly string[];
  /** For one attempt of an append (default 5,000 ms); up to `attempts` (default 4) are made. */
  readonly appendDeadlineMs?: number;
  readonly readDeadlineMs?: number;
  readonly attempts?: number;
  /** Told before each repetition of a read or an append and each new subscription, for logs and metrics. */
  readonly onRetry?: OnRetry;
}

export interface KurrentDbEventStore extends EventStore {
  /** Positions grow by the bytes of the log: their differences count nothing. */
  readonly contiguousPositions: false;
  /**
   * The event at a position, of the streams that `readAll` sees; null when there is none. `readAll` cannot tell it: the
   * server reads from positions of events alone, and the one before is not known.
   */
  eventAt(position: Position): Promise<RecordedEvent | null>;
  /**
   * Asks the server who it is and whether we may read and is tried for `withinMs` (default 10,000). Throws
   * `store-unavailable` (not reached), `store-refused` (credentials, rights, too old, not a KurrentDB).
   */
  checkConnection(withinMs?: number): Promise<{ readonly serverVersion: string }>;
}

/** Connects at the first call. Throws `store-misuse` for a connection string that is none. */
export function openKurrentDbEventStore(options: KurrentDbEventStoreOptions): KurrentDbEventStore {
  const {
    connectionString,
    prefixes = DEFAULT_PREFIXES,
    appendDeadlineMs = APPEND_DEADLINE_MS,
    readDeadlineMs = READ_DEADLINE_MS,
    attempts = ATTEMPTS,
    onRetry = () => undefined,
  } = options;
  const connection = connectKurrentDb(connectionString);
  const closing = new AbortController();
  const retry = createRetry({ attempts, signal: closing.signal, onRetry });
  const reader = createEventReader({ connection, prefixes, deadlineMs: readDeadlineMs, retry });
  const moments = createMoments();
  const readBackwards: ReadBackwards = (stream, limit) =>
    reader.readStream(stream, { direction: 'backwards', limit }, true);
  const appendItems = createAppendItems({
    batchAppend: createBatchAppend(connection, appendDeadlineMs),
    reader,
    views: createStreamViews(readBackwards, moments),
    watermark: createWatermark(() => reader.endOfLog()),
    moments,
    retry,
  });
  const lanes = createAppendLanes(appendItems, moments);
  let closed: Promise<void> | null = null;

  function whileOpen<T>(work: () => Promise<T>): Promise<T> {
    return closing.signal.aborted
      ? Promise.reject(new EventStoreError('store-closed', 'event store: closed'))
      : work();
  }

  async function close(): Promise<void> {
    closing.abort();
    const answered = new AbortController();
    const settling = lanes.settled().finally(() => answered.abort());
    await sleep(CLOSE_MS, answered.signal);
    await connection.close();
    await settling;
  }

  return {
    contiguousPositions: false,
    append: (items) =>
      whileOpen(async () => {
        // All are prepared before any is sent: a call that breaks the contract writes nothing.
        const prepared = prepareItems(items).map(requireStorable);
        return Promise.all(prepared.map((item) => lanes.add(item)));
      }),
    readStream: (stream, readOptions) => whileOpen(() => reader.readStream(stream, readOptions)),
    readAll: (readOptions) => whileOpen(() => reader.readPage(readOptions)),
    follow: (followOptions) =>
      followEvents(
        { connection, reader, prefixes, deadlineMs: readDeadlineMs, onRetry, closed: closing.signal },
        followOptions,
      ),
    eventAt: (position) => whileOpen(() => reader.eventAt(position)),
    head: () => whileOpen(() => reader.head()),
    close: () => (closed ??= close()),
    checkConnection: (withinMs = CHECK_MS) => whileOpen(() => checkServer(connection, withinMs)),
  };
}

function createMoments(): Moments {
  let last = 0;
  return () => (last += 1);
}

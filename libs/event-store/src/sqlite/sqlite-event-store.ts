// The embedded event store: one SQLite file, one writer process, any number of readers.
// It must never acknowledge what is not on disk, nor hand on positions with a hole.
import { EventStoreError } from '../errors.js';
import type { EventStore } from '../event-store.js';
import { createAppendBatch } from './append-batch.js';
import { followEvents } from './follow-events.js';
import { createGroupCommit } from './group-commit.js';
import type { GroupCommit } from './group-commit.js';
import { openDatabase } from './open-database.js';
import type { Db } from './open-database.js';
import { prepareItems } from '../prepared-item.js';
import { createEventReader } from './read-events.js';
import type { EventReader } from './read-events.js';
import { createWaker } from './waker.js';
import { createWalKeeper } from './wal-keeper.js';

const BUSY_TIMEOUT_MS = 5_000;
/** An append waits in the thread that answers requests, and an app has 5 s to end. Nobody else writes to the file for long. */
const APPEND_BUSY_TIMEOUT_MS = 500;

export interface SqliteEventStoreOptions {
  readonly file: string;
  /** UTC epoch ms; `recordedAt` is this, or the previous event's where the clock has gone backwards. */
  readonly now: () => number;
  /** A reader never creates the file and cannot append. Default false. */
  readonly readOnly?: boolean;
  /** How long a statement waits for another connection's lock (default 5,000 ms, an append 500 ms); it blocks the thread. */
  readonly busyTimeoutMs?: number;
}

export interface SqliteEventStore extends EventStore {
  /** Positions are 1, 2, 3 …, so head − checkpoint is a number of events. */
  readonly contiguousPositions: true;
  /** Size of the write-ahead log in bytes, for the metrics. */
  walBytes(): number;
}

/** Throws an `EventStoreError` (see `openDatabase`) when the file cannot serve. */
export function openSqliteEventStore(options: SqliteEventStoreOptions): SqliteEventStore {
  const { file, now, readOnly = false } = options;
  const db = openDatabase({ file, readOnly, busyTimeoutMs: options.busyTimeoutMs ?? BUSY_TIMEOUT_MS });
  const busyTimeoutMs = options.busyTimeoutMs ?? (readOnly ? BUSY_TIMEOUT_MS : APPEND_BUSY_TIMEOUT_MS);
  db.pragma(`busy_timeout = ${busyTimeoutMs}`);
  const waker = createWaker();
  const wal = createWalKeeper(db, file, busyTimeoutMs);
  const reader = refusingWhenClosed(db, createEventReader(db));
  const commits = readOnly ? null : createGroupCommit(createAppendBatch(db, now), onCommit);

  function onCommit(): void {
    wal.afterCommit();
    waker.wakeAll();
  }

  function writer(): GroupCommit {
    requireOpen(db);
    if (commits === null)
      throw new EventStoreError('store-misuse', `event store: ${file} was opened to read only`);
    return commits;
  }

  function close(): void {
    if (!db.open) return;
    commits?.flush();
    wal.stop();
    db.close();
    waker.wakeAll();
  }

  return {
    contiguousPositions: true,
    append: async (items) => {
      const commit = writer();
      // All are prepared before any is queued: a call that breaks the contract writes nothing.
      return commit.add(prepareItems(items));
    },
    readStream: (stream, readOptions) => promised(() => reader.readStream(stream, readOptions)),
    readAll: (readOptions) => promised(() => reader.readPage(readOptions)),
    follow: (followOptions) => followEvents(reader, waker, followOptions),
    head: () => promised(() => reader.head()),
    close: () => promised(close),
    walBytes: () => wal.bytes(),
  };
}

function refusingWhenClosed(db: Db, reader: EventReader): EventReader {
  const whileOpen = <T>(work: () => T): T => {
    requireOpen(db);
    return work();
  };
  return {
    readPage: (options) => whileOpen(() => reader.readPage(options)),
    readStream: (stream, options) => whileOpen(() => reader.readStream(stream, options)),
    head: () => whileOpen(() => reader.head()),
    dataVersion: () => whileOpen(() => reader.dataVersion()),
  };
}

function requireOpen(db: Db): void {
  if (!db.open) throw new EventStoreError('store-closed', 'event store: closed');
}

function promised<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => resolve(work()));
}

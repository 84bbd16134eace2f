// Reads of the log. A page's statement is finished before anyone awaits: an open cursor would pin the WAL and let it
// grow. A hole in the positions is never passed over.
import { EventStoreError } from '../errors.js';
import type {
  EventPage,
  Position,
  ReadAllOptions,
  ReadStreamOptions,
  RecordedEvent,
} from '../event-store.js';
import { SerializedJson } from '../serialized-json.js';
import type { Db } from './open-database.js';
import { translatingErrors } from './sqlite-errors.js';

/** A page ends early once its JSON passes this many characters, so that large events stay in bounded memory. */
export const MAX_PAGE_SIZE = 16_000_000;

const ROWS_AT_ONCE = 32;

interface EventRow {
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
  readonly recordedAt: number;
}

export interface EventReader {
  readPage(options: ReadAllOptions): EventPage;
  readStream(stream: string, options: ReadStreamOptions): RecordedEvent[];
  head(): Position | null;
  /** Changes whenever another connection has committed; costs no disk access. */
  dataVersion(): number;
}

const COLUMNS = 'position, stream, revision, id, type, data, metadata, recorded_at AS recordedAt';

export function createEventReader(db: Db): EventReader {
  const selectPage = db.prepare<[number, number], EventRow>(
    `SELECT ${COLUMNS} FROM events WHERE position > ? ORDER BY position LIMIT ?`,
  );
  const selectForwards = db.prepare<[string, number, number], EventRow>(
    `SELECT ${COLUMNS} FROM events WHERE stream = ? AND revision >= ? ORDER BY revision LIMIT ?`,
  );
  const selectBackwards = db.prepare<[string, number, number], EventRow>(
    `SELECT ${COLUMNS} FROM events WHERE stream = ? AND revision <= ? ORDER BY revision DESC LIMIT ?`,
  );
  const selectHead = db.prepare<[], number | null>('SELECT max(position) FROM events').pluck();
  const selectDataVersion = db.prepare<[], number>('PRAGMA data_version').pluck();

  function readPage({ after, limit, asStored = false }: ReadAllOptions): EventPage {
    requireLimit(limit);
    const toPageEvent = asStored ? toStoredEvent : toEvent;
    const start = after ?? 0n;
    const events: RecordedEvent[] = [];
    let size = 0;
    let atHead = true;
    // One row more than asked tells whether the page ends at the head.
    for (const row of rowsAfter(Number(start), limit + 1)) {
      if (events.length === limit || size > MAX_PAGE_SIZE) {
        atHead = false;
        break;
      }
      requireNext(start + BigInt(events.length), row.position);
      size += row.data.length + row.metadata.length;
      events.push(toPageEvent(row));
    }
    if (events.length === 0) requireWithinLog(start);
    return { events, next: events.at(-1)?.position ?? after, atHead };
  }

  // A few at a time: quicker than one by one, and no more in memory than a page and these.
  function* rowsAfter(start: number, limit: number): Generator<EventRow, void, undefined> {
    let after = start;
    for (let left = limit; left > 0; left -= ROWS_AT_ONCE) {
      const rows = selectPage.all(after, Math.min(left, ROWS_AT_ONCE));
      yield* rows;
      if (rows.length < ROWS_AT_ONCE) return;
      after = rows.at(-1)?.position ?? after;
    }
  }

  // A position beyond the head means that the log was replaced or cut: following on would miss what is rewritten.
  function requireWithinLog(start: Position): void {
    const last = head() ?? 0n;
    if (start > last) throw corrupt(`the log ends at ${String(last)}, before position ${String(start)}`);
  }

  function readStream(stream: string, { from, direction, limit }: ReadStreamOptions): RecordedEvent[] {
    requireLimit(limit);
    const rows =
      direction === 'backwards'
        ? selectBackwards.all(stream, from ?? Number.MAX_SAFE_INTEGER, limit)
        : selectForwards.all(stream, from ?? 0, limit);
    return rows.map(toEvent);
  }

  function head(): Position | null {
    const last = selectHead.get() ?? null;
    return last === null ? null : BigInt(last);
  }

  return {
    readPage: (options) => translatingErrors(() => readPage(options)),
    readStream: (stream, options) => translatingErrors(() => readStream(stream, options)),
    head: () => translatingErrors(head),
    dataVersion: () => translatingErrors(() => selectDataVersion.get() ?? 0),
  };
}

function requireNext(previous: Position, position: number): void {
  if (BigInt(position) === previous + 1n) return;
  throw corrupt(`position ${position} follows ${String(previous)}: events are missing`);
}

// Named one by one: copying the rest of a row costs a fifth of reading a whole log.
function toEvent({
  stream,
  revision,
  position,
  id,
  type,
  data,
  metadata,
  recordedAt,
}: EventRow): RecordedEvent {
  return {
    stream,
    revision,
    position: BigInt(position),
    id,
    type,
    data: parse(data, position),
    metadata: parse(metadata, position),
    recordedAt,
  };
}

function toStoredEvent({ data, metadata, position, ...row }: EventRow): RecordedEvent {
  return {
    ...row,
    position: BigInt(position),
    data: new SerializedJson(data),
    metadata: new SerializedJson(metadata),
  };
}

function parse(text: string, position: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw corrupt(`the event at position ${position} is not JSON`, error);
  }
}

function requireLimit(limit: number): void {
  if (Number.isSafeInteger(limit) && limit > 0) return;
  throw new EventStoreError('store-misuse', `event store: a limit of ${limit} is not a positive integer`);
}

function corrupt(message: string, cause?: unknown): EventStoreError {
  return new EventStoreError('store-corrupt', `event store: ${message}`, { cause });
}

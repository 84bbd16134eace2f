// A small transactional read model for specs: per stream a count and a digest that tells order, loss and repetition.
// An event whose data says `poison` cannot be applied.
import { DatabaseSync } from 'node:sqlite';
import type { RecordedEvent } from '@libs/event-store';
import { CheckpointMismatchError, PoisonEventError } from '../errors.js';
import type { ProjectionBatch, ProjectionModel } from '../projection-model.js';

export interface CountRow {
  readonly stream: string;
  readonly count: number;
  readonly digest: number;
}

export interface CountModel extends ProjectionModel {
  rows(): CountRow[];
  close(): void;
}

export type Pause = (where: 'read' | 'begin' | 'row' | 'commit' | 'committed') => Promise<void>;

/** `pause` is awaited wherever a real model may be interrupted, inside its transaction too. */
export function openCountModel(file: string, pause: Pause = () => Promise.resolve()): CountModel {
  const db = new DatabaseSync(file);
  db.exec(`
    CREATE TABLE IF NOT EXISTS counts (stream TEXT PRIMARY KEY, count INTEGER NOT NULL, digest INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS checkpoint (id INTEGER PRIMARY KEY CHECK (id = 1), position TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS last_event (id INTEGER PRIMARY KEY CHECK (id = 1), event TEXT NOT NULL);`);

  function readCheckpoint(): bigint | null {
    const row = db.prepare('SELECT position FROM checkpoint').get();
    return row === undefined ? null : BigInt(String(row.position));
  }

  function rows(): CountRow[] {
    const found = db.prepare('SELECT stream, count, digest FROM counts ORDER BY stream').all();
    return found.map((row) => ({
      stream: String(row.stream),
      count: Number(row.count),
      digest: Number(row.digest),
    }));
  }

  function applyEvent(event: RecordedEvent): void {
    const before = rows().find(({ stream }) => stream === event.stream);
    const { stream, count, digest } = evolve(before, event);
    db.prepare('INSERT OR REPLACE INTO counts VALUES (?, ?, ?)').run(stream, count, digest);
  }

  async function apply({ events, expected, next }: ProjectionBatch): Promise<void> {
    await pause('begin');
    db.exec('BEGIN IMMEDIATE');
    try {
      const actual = readCheckpoint();
      if (actual !== expected) throw new CheckpointMismatchError(expected, actual);
      for (const event of events) {
        applyEvent(event);
        await pause('row');
      }
      db.prepare('INSERT OR REPLACE INTO checkpoint VALUES (1, ?)').run(String(next));
      const last = events.at(-1);
      if (last)
        db.prepare('INSERT OR REPLACE INTO last_event VALUES (1, ?)').run(JSON.stringify(nameOf(last)));
      await pause('commit');
      db.exec('COMMIT');
    } catch (error) {
      db.exec('ROLLBACK');
      throw error;
    }
    await pause('committed');
  }

  return {
    checkpoint: async () => {
      await pause('read');
      return readCheckpoint();
    },
    lastEvent: () => {
      const row = db.prepare('SELECT event FROM last_event').get();
      return Promise.resolve(row ? (JSON.parse(String(row.event)) as ReturnType<typeof nameOf>) : null);
    },
    apply,
    refill: null,
    rows,
    close: () => db.close(),
  };
}

function nameOf({ stream, revision, id }: RecordedEvent): Pick<RecordedEvent, 'stream' | 'revision' | 'id'> {
  return { stream, revision, id };
}

/** What the rows must be: the same events through the same step, without a database. */
export function foldCounts(events: readonly RecordedEvent[]): CountRow[] {
  const rows = new Map<string, CountRow>();
  for (const event of events) rows.set(event.stream, evolve(rows.get(event.stream), event));
  return [...rows.values()].sort((a, b) => (a.stream < b.stream ? -1 : 1));
}

function evolve(row: CountRow | undefined, event: RecordedEvent): CountRow {
  const { poison } = event.data as { poison?: 'typed' | 'plain' };
  const cause = new TypeError('cannot be folded');
  if (poison === 'typed') throw new PoisonEventError({ position: event.position, eventId: event.id, cause });
  if (poison === 'plain') throw cause;
  const { count, digest } = row ?? { count: 0, digest: 7 };
  return {
    stream: event.stream,
    count: count + 1,
    digest: (digest * 31 + Number(event.position)) % 1_000_003,
  };
}

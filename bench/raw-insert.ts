// What one would write instead of an event store: the same rows into one table, 1,000 a transaction, synced at each commit.
import { openSqliteEventStore } from '@libs/event-store/sqlite';
import Database from 'better-sqlite3';

const ROWS = 1_000;

interface Row {
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
  readonly recorded_at: number;
}

/** All rows of a log, as they lie there. */
export function readRows(file: string): readonly Row[] {
  const db = new Database(file, { readonly: true });
  try {
    return db.prepare<[], Row>('SELECT * FROM events ORDER BY position').all();
  } finally {
    db.close();
  }
}

/**
 * Inserts them into a new file and gives the ms it took. `keys`: with the two unique indexes that the log has, without
 * which neither a double nor a race would show; the log's triggers are left out either way.
 */
export async function insertRaw(
  file: string,
  rows: readonly Row[],
  keys: 'keys' | 'no keys',
): Promise<number> {
  await openSqliteEventStore({ file, now: Date.now }).close();
  const db = new Database(file);
  try {
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    const extras = db
      .prepare<[], { type: string; name: string }>(
        `SELECT type, name FROM sqlite_schema WHERE type IN ('trigger', 'index') AND sql IS NOT NULL`,
      )
      .all();
    for (const { type, name } of extras) {
      if (type === 'trigger' || keys === 'no keys') db.exec(`DROP ${type} ${name}`);
    }
    const insert = db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    const insertAll = db.transaction((some: readonly Row[]) => {
      for (const { position, stream, revision, id, type, data, metadata, recorded_at } of some) {
        insert.run(position, stream, revision, id, type, data, metadata, recorded_at);
      }
    });
    const began = performance.now();
    for (let from = 0; from < rows.length; from += ROWS) insertAll.immediate(rows.slice(from, from + ROWS));
    return performance.now() - began;
  } finally {
    db.close();
  }
}

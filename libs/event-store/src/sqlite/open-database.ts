// Opens the log's file with the pragmas every open needs. Only the writer may create it; a reader never writes to it.
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { EventStoreError } from '../errors.js';
import { SCHEMA_SQL, SCHEMA_VERSION } from './schema.js';
import { translatingErrors } from './sqlite-errors.js';

export type Db = Database.Database;

/**
 * Of the write-ahead log: 16 MB. A bulk load touches the same pages of the indexes in every transaction; four times SQLite's
 * default writes them to the file that much less often.
 */
const AUTOCHECKPOINT_PAGES = 4_000;

export interface OpenDatabaseOptions {
  readonly file: string;
  readonly readOnly: boolean;
  readonly busyTimeoutMs: number;
}

/**
 * Errors: `store-unavailable` when a reader finds no file or one the writer has not finished creating; `store-corrupt`
 * for a damaged file; `store-misuse` for a newer schema or somebody else's database.
 */
export function openDatabase({ file, readOnly, busyTimeoutMs }: OpenDatabaseOptions): Db {
  if (readOnly && !existsSync(file)) {
    throw new EventStoreError(
      'store-unavailable',
      `event store: ${file} does not exist yet (ingest creates it)`,
    );
  }
  return translatingErrors(() => {
    if (!readOnly) mkdirSync(dirname(file), { recursive: true });
    // A reader opens read-write and refuses writes by query_only: after a crash the first one in must be able to
    // recover the WAL's index, whoever it is.
    const db = new Database(file, { fileMustExist: readOnly, timeout: busyTimeoutMs });
    try {
      // better-sqlite3 reopens WAL files with synchronous=NORMAL, which does not sync at commit.
      db.pragma('synchronous = FULL');
      if (readOnly) db.pragma('query_only = ON');
      else prepareForWriting(db);
      db.pragma(`wal_autocheckpoint = ${AUTOCHECKPOINT_PAGES}`);
      requireKnownSchema(db, file);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

function prepareForWriting(db: Db): void {
  if (versionOf(db) !== 0) {
    db.pragma('journal_mode = WAL');
    return;
  }
  // A foreign database must be left as it was found: look before switching its journal.
  if (db.prepare('SELECT 1 FROM sqlite_schema').get() !== undefined) return;
  db.pragma('journal_mode = WAL');
  db.transaction(() => {
    if (versionOf(db) !== 0) return;
    db.exec(SCHEMA_SQL);
    db.pragma(`user_version = ${SCHEMA_VERSION}`);
  }).immediate();
}

function requireKnownSchema(db: Db, file: string): void {
  const version = versionOf(db);
  if (version === SCHEMA_VERSION) return;
  if (version > SCHEMA_VERSION) {
    throw new EventStoreError(
      'store-misuse',
      `event store: ${file} has schema version ${version}, this program knows ${SCHEMA_VERSION}: run the newer program`,
    );
  }
  if (db.prepare('SELECT 1 FROM sqlite_schema').get() !== undefined) {
    throw new EventStoreError('store-misuse', `event store: ${file} is a database of something else`);
  }
  throw new EventStoreError('store-unavailable', `event store: ${file} is still being created`);
}

function versionOf(db: Db): number {
  return db.pragma('user_version', { simple: true }) as number;
}

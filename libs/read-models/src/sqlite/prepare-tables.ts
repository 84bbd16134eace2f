// Makes the tables in a SQLite file, or makes them anew when another fold filled them: all in them comes from the log.
// It must never touch a file that is not a read model: the event log is a SQLite file, too.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ModelDamagedError } from '@libs/projection';
import Database from 'better-sqlite3';
import { FOLD_VERSION, schemaFor } from '../schema.js';
import { SERVING, servingFile } from './serving-version.js';
import type { SqliteConnection } from './sqlite-connection.js';

/** Says in the file's header that it is a read model of this product ("ASHr"). */
const APPLICATION_ID = 0x41534872;

/** `folder`: where the file's versions are. Throws `ModelDamagedError` for a file that holds anything else. */
export function prepareTables(connection: SqliteConnection, folder: string): void {
  const { database } = connection;
  const tables = tablesOf(database);
  const isReadModel = database.pragma('application_id', { simple: true }) === APPLICATION_ID;
  if (!isReadModel && tables.length > 0) {
    throw new ModelDamagedError(
      'READ_MODEL_URL names a database that is not a read model; it was left as it is',
    );
  }
  const serving = servingFile(connection);
  if (serving !== null && isCurrentVersion(join(folder, serving))) {
    if (tables.length > 1) emptyTables(database);
    return;
  }
  if (serving === null && tables.includes('serving') && foldVersionOf(database) === FOLD_VERSION) return;
  database
    .transaction(() => {
      for (const table of tables) database.exec(`DROP TABLE "${table}"`);
      for (const statement of [...SERVING, ...schemaFor('sqlite')]) database.exec(statement);
      database.pragma(`application_id = ${APPLICATION_ID}`);
    })
    .immediate();
}

/** Makes the tables of a version in an empty file. */
export function prepareVersion(database: Database.Database): void {
  for (const statement of [...SERVING, ...schemaFor('sqlite')]) database.exec(statement);
  database.pragma(`application_id = ${APPLICATION_ID}`);
}

/** Leaves of a file that no longer serves itself the name of the one that does. */
export function emptyTables(database: Database.Database): void {
  database
    .transaction(() => {
      for (const table of tablesOf(database)) {
        if (table !== 'serving') database.exec(`DROP TABLE "${table}"`);
      }
    })
    .immediate();
  database.exec('VACUUM');
}

function isCurrentVersion(file: string): boolean {
  if (!existsSync(file)) return false;
  const version = new Database(file, { readonly: true });
  try {
    return foldVersionOf(version) === FOLD_VERSION;
  } finally {
    version.close();
  }
}

function foldVersionOf(database: Database.Database): unknown {
  return database.prepare('SELECT fold_version FROM checkpoint').pluck().get();
}

function tablesOf(database: Database.Database): string[] {
  const names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
  return database.prepare<[], string>(names).pluck().all();
}

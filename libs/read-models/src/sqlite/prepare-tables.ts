// Makes the tables in a SQLite file, or makes them anew when another fold filled them: all in them comes from the log.
// It must never touch a file that is not a read model: the event log is a SQLite file, too.
import { ModelDamagedError } from '@libs/projection';
import type Database from 'better-sqlite3';
import { FOLD_VERSION, schemaFor } from '../schema.js';

/** Says in the file's header that it is a read model of this product ("ASHr"). */
const APPLICATION_ID = 0x41534872;

/** Throws `ModelDamagedError` for a file that holds anything else. */
export function prepareTables(database: Database.Database): void {
  const tables = tablesOf(database);
  const isReadModel = database.pragma('application_id', { simple: true }) === APPLICATION_ID;
  if (!isReadModel && tables.length > 0) {
    throw new ModelDamagedError(
      'READ_MODEL_URL names a database that is not a read model; it was left as it is',
    );
  }
  if (tables.includes('checkpoint') && foldVersionOf(database) === FOLD_VERSION) return;
  database
    .transaction(() => {
      for (const table of tables) database.exec(`DROP TABLE "${table}"`);
      for (const statement of schemaFor('sqlite')) database.exec(statement);
      database.pragma(`application_id = ${APPLICATION_ID}`);
    })
    .immediate();
}

function foldVersionOf(database: Database.Database): unknown {
  return database.prepare('SELECT fold_version FROM checkpoint').pluck().get();
}

function tablesOf(database: Database.Database): string[] {
  const names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
  return database.prepare<[], string>(names).pluck().all();
}

// Makes the tables in a SQLite file, or makes them anew when another fold filled them: all in them comes from the log.
import type Database from 'better-sqlite3';
import { FOLD_VERSION, schemaFor } from '../schema.js';

export function prepareTables(database: Database.Database): void {
  if (foldVersionOf(database) === FOLD_VERSION) return;
  database
    .transaction(() => {
      for (const table of tablesOf(database)) database.exec(`DROP TABLE "${table}"`);
      for (const statement of schemaFor('sqlite')) database.exec(statement);
    })
    .immediate();
}

function foldVersionOf(database: Database.Database): unknown {
  if (!tablesOf(database).includes('checkpoint')) return null;
  return database.prepare('SELECT fold_version FROM checkpoint').pluck().get();
}

function tablesOf(database: Database.Database): string[] {
  const names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
  return database.prepare<[], string>(names).pluck().all();
}

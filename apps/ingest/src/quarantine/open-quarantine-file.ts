// Opens the quarantine's file with the pragmas every open needs.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { SCHEMA_STEPS, SCHEMA_VERSION } from './schema.js';

const BUSY_TIMEOUT_MS = 2_000;

/** Creates it if need be. Throws on a file that is not a quarantine of this version. */
export function openQuarantineFile(file: string): Database.Database {
  mkdirSync(dirname(file), { recursive: true });
  const db = new Database(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    db.pragma('journal_mode = WAL');
    // better-sqlite3 reopens WAL files with synchronous=NORMAL, which does not sync at commit.
    db.pragma('synchronous = FULL');
    const version = Number(db.pragma('user_version', { simple: true }));
    if (version > SCHEMA_VERSION) {
      throw new Error(`${file} has schema version ${version}, this program knows ${SCHEMA_VERSION}`);
    }
    db.transaction(() => {
      for (let step = version + 1; step <= SCHEMA_VERSION; step += 1) db.exec(SCHEMA_STEPS[step] ?? '');
      db.pragma(`user_version = ${SCHEMA_VERSION}`);
    }).immediate();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

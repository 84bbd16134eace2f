// One connection to one SQLite file, and what may be done about its errors.
import Database from 'better-sqlite3';
import { ModelDamagedError, ModelUnavailableError } from '@libs/projection';
import type { SqlValue } from '../sql.js';

const BUSY_TIMEOUT_MS = 5_000;
const CACHE_KIB = 65_536;
/** As much as SQLite ever maps. Look-ups all over a large file would mostly miss a cache of any sensible size. */
const MAPPED_BYTES = 2_147_418_112;

/** `fill`: the only user of a file that can be filled again from the start. */
export type SqliteMode = 'read' | 'write' | 'fill';

export interface SqliteConnection {
  readonly database: Database.Database;
  readonly prepared: (statement: string) => Database.Statement<SqlValue[]>;
}

/** A reader needs the file to be there. Throws `ModelUnavailableError`, `ModelDamagedError`. */
export function connect(file: string, mode: SqliteMode, there?: 'must exist'): SqliteConnection {
  const database = opened(file, mode, mode === 'read' || there !== undefined);
  const statements = new Map<string, Database.Statement<SqlValue[]>>();
  return {
    database,
    prepared: (statement) => {
      let known = statements.get(statement);
      if (!known) statements.set(statement, (known = database.prepare(statement)));
      return known;
    },
  };
}

function opened(file: string, mode: SqliteMode, fileMustExist: boolean): Database.Database {
  try {
    const database = new Database(file, { readonly: mode === 'read', fileMustExist });
    database.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
    database.pragma(`cache_size = -${CACHE_KIB}`);
    switch (mode) {
      case 'read':
        database.pragma(`mmap_size = ${MAPPED_BYTES}`);
        break;
      case 'write':
        database.pragma('journal_mode = WAL');
        // better-sqlite3 reopens WAL files as NORMAL, which does not sync at commit.
        database.pragma('synchronous = FULL');
        break;
      case 'fill':
        database.pragma('journal_mode = OFF');
        database.pragma('synchronous = OFF');
        database.pragma('locking_mode = EXCLUSIVE');
        break;
      default:
        throw new Error(`no such mode: ${String(mode satisfies never)}`);
    }
    return database;
  } catch (error) {
    throw classified(error);
  }
}

const PASSING = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN|NOMEM|PROTOCOL)/;

const DAMAGED = /^SQLITE_(CORRUPT|NOTADB)/;

/** The error as one of the two that say what may be done about it, or as it is. */
export function classified(error: unknown): Error {
  const code = sqliteCodeOf(error);
  if (DAMAGED.test(code)) {
    const message = `the read model's file is damaged (${code}): remove it, and it is filled anew`;
    return new ModelDamagedError(message, { cause: error });
  }
  if (PASSING.test(code)) {
    return new ModelUnavailableError(`The read model's database answered ${code}.`, { cause: error });
  }
  return error instanceof Error ? error : new Error(String(error));
}

/** Told by its code: the driver's error class is not the same one in every realm. */
function sqliteCodeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

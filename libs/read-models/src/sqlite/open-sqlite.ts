// The read model's SQLite connection: one writer (the projection's thread), any number of readers.
import Database from 'better-sqlite3';
import { ModelUnavailableError } from '@libs/projection';
import type { Sql, SqlValue } from '../sql.js';

const BUSY_TIMEOUT_MS = 5_000;
const CACHE_KIB = 65_536;

/** Opens `file`; only a writer creates it. */
export function openSqlite(file: string, mode: 'read' | 'write'): Sql {
  const database = opened(file, mode);
  const statements = new Map<string, Database.Statement<SqlValue[]>>();
  const prepared = (statement: string): Database.Statement<SqlValue[]> => {
    let known = statements.get(statement);
    if (!known) statements.set(statement, (known = database.prepare(statement)));
    return known;
  };
  const settle = <T>(work: () => T): Promise<T> => {
    try {
      return Promise.resolve(work());
    } catch (error) {
      return Promise.reject(asUnavailable(error));
    }
  };
  return {
    all: <Row>(statement: string, parameters: readonly SqlValue[] = []) =>
      settle(() => prepared(statement).all(...parameters) as Row[]),
    run: (statement, parameters = []) => settle(() => prepared(statement).run(...parameters).changes),
    insert: (table, columns, rows) =>
      settle(() => {
        const places = columns.map(() => '?').join(', ');
        const insert = prepared(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places})`);
        for (const row of rows) insert.run(...row);
      }),
    transaction: async (transactionMode, work) => {
      await settle(() => database.exec(transactionMode === 'write' ? 'BEGIN IMMEDIATE' : 'BEGIN'));
      try {
        const result = await work();
        await settle(() => database.exec('COMMIT'));
        return result;
      } catch (error) {
        if (database.inTransaction) database.exec('ROLLBACK');
        throw error;
      }
    },
    close: () => settle(() => void database.close()),
  };
}

function opened(file: string, mode: 'read' | 'write'): Database.Database {
  try {
    const database = new Database(file, { readonly: mode === 'read', fileMustExist: mode === 'read' });
    database.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
    database.pragma(`cache_size = -${CACHE_KIB}`);
    if (mode === 'write') {
      database.pragma('journal_mode = WAL');
      // better-sqlite3 reopens WAL files as NORMAL, which does not sync at commit.
      database.pragma('synchronous = FULL');
    }
    return database;
  } catch (error) {
    throw asUnavailable(error);
  }
}

const PASSING = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN|NOMEM|PROTOCOL)/;

function asUnavailable(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  if (!(error instanceof Database.SqliteError) || !PASSING.test(error.code)) return error;
  return new ModelUnavailableError(`The read model's database answered ${error.code}.`, { cause: error });
}

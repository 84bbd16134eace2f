// The read model's SQLite connection: one writer (the projection's thread), any number of readers.
import Database from 'better-sqlite3';
import { ModelDamagedError, ModelUnavailableError } from '@libs/projection';
import type { Sql, SqlRow, SqlValue } from '../sql.js';
import { prepareTables } from './prepare-tables.js';

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
      return Promise.reject(classified(error));
    }
  };
  const runEach = (statement: string, rows: readonly SqlRow[]): Promise<void> =>
    settle(() => {
      if (rows.length === 0) return;
      const one = prepared(statement);
      for (const row of rows) one.run(...row);
    });
  return {
    dialect: 'sqlite',
    prepare: () => settle(() => prepareTables(database)),
    all: <Row>(statement: string, parameters: readonly SqlValue[] = []) =>
      settle(() => prepared(statement).all(...parameters) as Row[]),
    run: (statement, parameters = []) => settle(() => prepared(statement).run(...parameters).changes),
    insert: (table, columns, rows, onConflict = '') => {
      const places = columns.map(() => '?').join(', ');
      return runEach(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places}) ${onConflict}`, rows);
    },
    update: (table, set, where, rows) => {
      const equal = (column: string): string => `${column} = ?`;
      const values = set.map(equal).join(', ');
      return runEach(`UPDATE ${table} SET ${values} WHERE ${where.map(equal).join(' AND ')}`, rows);
    },
    remove: (table, where, rows) => {
      const conditions = where.map(([column, comparison]) => `${column} ${comparison} ?`);
      return runEach(`DELETE FROM ${table} WHERE ${conditions.join(' AND ')}`, rows);
    },
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
    throw classified(error);
  }
}

const PASSING = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN|NOMEM|PROTOCOL)/;

const DAMAGED = /^SQLITE_(CORRUPT|NOTADB)/;

/** The error as one of the two that say what may be done about it, or as it is. */
function classified(error: unknown): Error {
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

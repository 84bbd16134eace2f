// The read model's verbs over whichever SQLite connection is current.
import type { Sql, SqlRow, SqlValue } from '../sql.js';
import { classified, type SqliteConnection } from './sqlite-connection.js';

export interface SqliteConnections {
  /** Asked before every statement outside of a transaction, and before every transaction. */
  readonly current: () => SqliteConnection;
  /** Asked as a transaction has begun: false if it must begin again, on another connection. Throws if it must not go on. */
  readonly isStillCurrent: (mode: 'read' | 'write') => boolean;
  readonly prepare: () => void;
  readonly close: () => void;
}

export function sqliteSql({ current, isStillCurrent, prepare, close }: SqliteConnections): Sql {
  let transaction: SqliteConnection | null = null;
  const connection = (): SqliteConnection => transaction ?? current();
  const runEach = (statement: string, rows: readonly SqlRow[]): Promise<void> =>
    settle(() => {
      if (rows.length === 0) return;
      const one = connection().prepared(statement);
      for (const row of rows) one.run(...row);
    });
  function begin(mode: 'read' | 'write'): SqliteConnection {
    for (;;) {
      const found = current();
      found.database.exec(mode === 'write' ? 'BEGIN IMMEDIATE' : 'BEGIN');
      try {
        if (isStillCurrent(mode)) return found;
      } catch (error) {
        found.database.exec('ROLLBACK');
        throw error;
      }
      found.database.exec('ROLLBACK');
    }
  }

  return {
    dialect: 'sqlite',
    prepare: () => settle(prepare),
    all: <Row>(statement: string, parameters: readonly SqlValue[] = []) =>
      settle(
        () =>
          connection()
            .prepared(statement)
            .all(...parameters) as Row[],
      ),
    run: (statement, parameters = []) =>
      settle(
        () =>
          connection()
            .prepared(statement)
            .run(...parameters).changes,
      ),
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
    transaction: async (mode, work) => {
      const own = await settle(() => begin(mode));
      transaction = own;
      try {
        const result = await work();
        await settle(() => own.database.exec('COMMIT'));
        return result;
      } catch (error) {
        if (own.database.inTransaction) own.database.exec('ROLLBACK');
        throw error;
      } finally {
        transaction = null;
      }
    },
    close: () => settle(close),
  };
}

function settle<T>(work: () => T): Promise<T> {
  try {
    return Promise.resolve(work());
  } catch (error) {
    return Promise.reject(classified(error));
  }
}

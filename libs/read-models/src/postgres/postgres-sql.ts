// The read model's verbs over PostgreSQL, whichever client speaks to it. Knows no client and no connection string.
// A session that is lost is opened again by the next call, but never in the middle of a transaction: half of one must not
// run outside of it.
import { ModelUnavailableError } from '@libs/projection';
import type { Sql, SqlRow, SqlValue } from '../sql.js';
import { numbered } from './numbered.js';

export interface PostgresResult {
  readonly rows: unknown[];
  readonly changed: number;
}

export interface PostgresSession {
  /** False once the connection is lost. */
  readonly usable: boolean;
  /** One statement with `$1`, `$2` …. Throws `ModelUnavailableError` for all that time or an operator can mend. */
  query(statement: string, parameters: readonly SqlValue[]): Promise<PostgresResult>;
  end(): Promise<void>;
}

export interface PostgresSessions {
  /** Throws `ModelUnavailableError`. */
  readonly open: () => Promise<PostgresSession>;
  readonly prepare: (session: PostgresSession) => Promise<void>;
}

const BEGIN = { read: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', write: 'BEGIN' } as const;

export function postgresSql({ open, prepare }: PostgresSessions): Sql {
  let current: Promise<PostgresSession> | null = null;
  let transaction: PostgresSession | null = null;
  let lastTransaction: Promise<unknown> = Promise.resolve();

  async function session(): Promise<PostgresSession> {
    if (transaction) return transaction;
    const before = current;
    const known = await before?.catch(() => null);
    if (known?.usable) return known;
    // Whoever comes first opens the next one, for all.
    if (current === before) current = known ? known.end().then(open) : open();
    return current ?? open();
  }

  async function query(statement: string, parameters: readonly SqlValue[]): Promise<PostgresResult> {
    return (await session()).query(numbered(statement), parameters);
  }

  async function transact<T>(mode: 'read' | 'write', work: () => Promise<T>): Promise<T> {
    const own = await session();
    await own.query(BEGIN[mode], []);
    transaction = own;
    try {
      const result = await work();
      await own.query('COMMIT', []);
      return result;
    } catch (error) {
      await rollBack(own);
      throw error;
    } finally {
      transaction = null;
    }
  }

  /** What is not a row of its own travels as one JSON parameter, which the table itself gives its types. */
  function each(table: string, columns: readonly string[], rows: readonly SqlRow[]): [string, string] {
    const objects = rows.map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at]])));
    return [`json_populate_recordset(NULL::${table}, ?::json) AS given`, JSON.stringify(objects)];
  }

  return {
    dialect: 'postgres',
    prepare: async () => prepare(await session()),
    all: async <Row>(statement: string, parameters: readonly SqlValue[] = []) =>
      (await query(statement, parameters)).rows as Row[],
    run: async (statement, parameters = []) => (await query(statement, parameters)).changed,
    insert: async (table, columns, rows, onConflict = '') => {
      if (rows.length === 0) return;
      const names = columns.join(', ');
      const [given, values] = each(table, columns, rows);
      await query(`INSERT INTO ${table} (${names}) SELECT ${names} FROM ${given} ${onConflict}`, [values]);
    },
    update: async (table, set, where, rows) => {
      if (rows.length === 0) return;
      const [given, values] = each(table, [...set, ...where], rows);
      const sets = set.map((column) => `${column} = given.${column}`).join(', ');
      const same = where.map((column) => `${table}.${column} = given.${column}`).join(' AND ');
      await query(`UPDATE ${table} SET ${sets} FROM ${given} WHERE ${same}`, [values]);
    },
    remove: async (table, where, rows) => {
      if (rows.length === 0) return;
      const [given, values] = each(
        table,
        where.map(([column]) => column),
        rows,
      );
      const meets = where.map(([column, comparison]) => `${table}.${column} ${comparison} given.${column}`);
      await query(`DELETE FROM ${table} USING ${given} WHERE ${meets.join(' AND ')}`, [values]);
    },
    transaction: (mode, work) => {
      const turn = lastTransaction.then(() => transact(mode, work));
      lastTransaction = turn.catch(() => undefined);
      return turn;
    },
    close: async () => {
      await lastTransaction;
      await (await current?.catch(() => null))?.end();
    },
  };
}

/** A session that cannot even roll back is not used again; the server does it when the session ends. */
async function rollBack(session: PostgresSession): Promise<void> {
  try {
    await session.query('ROLLBACK', []);
  } catch (error) {
    if (!(error instanceof ModelUnavailableError)) throw error;
    await session.end();
  }
}

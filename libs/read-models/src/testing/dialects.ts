// The databases that the read model's suites run on. Everything is real: SQLite in memory, and PostgreSQL compiled to
// WebAssembly (PGlite), in memory alone: it loses what it acknowledged when it keeps files.
import { PGlite } from '@electric-sql/pglite';
import { postgresSql, type PostgresSession } from '../postgres/postgres-sql.js';
import { asUnavailable } from '../postgres/unavailable.js';
import { beginSession, prepareVersion } from '../postgres/versions.js';
import { FOLD_VERSION } from '../schema.js';
import type { Sql } from '../sql.js';
import { openSqlite } from '../sqlite/open-sqlite.js';

/** One server or none; each `open` gives an empty read model of its own, which `Sql.close` takes away. */
export interface DatabaseUnderTest {
  open(): Promise<Sql>;
  close(): Promise<void>;
}

export interface DialectUnderTest {
  readonly name: string;
  /** How much slower it is, about: property tests make as many times fewer runs. */
  readonly slower: { readonly writes: number; readonly reads: number };
  start(): Promise<DatabaseUnderTest>;
}

const SQLITE: DialectUnderTest = {
  name: 'SQLite',
  slower: { writes: 1, reads: 1 },
  start: () =>
    Promise.resolve({
      open: () => Promise.resolve(openSqlite(':memory:', 'write')),
      close: () => Promise.resolve(),
    }),
};

export const PGLITE: DialectUnderTest = {
  name: 'PostgreSQL (PGlite)',
  slower: { writes: 25, reads: 10 },
  start: async () => {
    const database = await PGlite.create();
    const current = { name: '' };
    let opened = 0;
    return {
      open: async () => {
        const name = `read${(opened += 1)}`;
        const session = pgliteSession(database, name, current);
        const prepare = async (): Promise<void> => {
          await prepareVersion(session, name);
          await beginSession(session, name, 'write');
        };
        await prepare();
        const sql = postgresSql({ open: () => Promise.resolve(session), prepare });
        return { ...sql, close: () => dropSchemas(sql, name) };
      },
      close: () => database.close(),
    };
  },
};

export const DIALECTS: readonly DialectUnderTest[] = [SQLITE, PGLITE];

const INT8 = 20;

/** All read models share the one session there is: whoever comes next finds its own schema first. */
function pgliteSession(database: PGlite, name: string, current: { name: string }): PostgresSession {
  return {
    usable: true,
    query: async (statement, parameters) => {
      try {
        if (current.name !== name) await database.exec(`SET search_path TO "${name}_v${FOLD_VERSION}"`);
        current.name = name;
        const options = { parsers: { [INT8]: Number } };
        const { rows, affectedRows } = await database.query(statement, [...parameters], options);
        return { rows, changed: affectedRows ?? 0 };
      } catch (error) {
        throw asUnavailable(error);
      }
    },
    end: () => Promise.resolve(),
  };
}

/** The read model's schemas, of every version. */
export async function dropSchemas(sql: Sql, name: string): Promise<void> {
  const rows = await sql.all<{ nspname: string }>('SELECT nspname FROM pg_namespace WHERE nspname ~ ?', [
    `^${name}(_v[0-9]+)?$`,
  ]);
  for (const { nspname } of rows) await sql.run(`DROP SCHEMA "${nspname}" CASCADE`);
}

// The read model's PostgreSQL connection, and the only file that knows the client: one connection a reader or writer.
// Neither errors nor anything else may carry the URL.
import pg from 'pg';
import type { Sql } from '../sql.js';
import { postgresSql, type PostgresSession } from './postgres-sql.js';
import { asUnavailable } from './unavailable.js';
import { beginSession, prepareVersion } from './versions.js';

/** Plain data, so that it crosses to a thread. */
export interface PostgresTarget {
  /** `postgres://…`, with the credentials. */
  readonly url: string;
  /** The read model's name in the database: the start of its schemas' names. */
  readonly schema: string;
}

const CONNECT_MS = 5_000;
/** Longer than the server's own limit of a statement: only a server that has gone takes so long. */
const ANSWER_MS = 65_000;
const KEEP_ALIVE_MS = 10_000;

/** Every number here is below 2^53. */
const TYPES = new pg.TypeOverrides();
TYPES.setTypeParser(pg.types.builtins.INT8, Number);

/** Connects with the first statement, and again after a connection was lost. A reader needs tables that are there. */
export function openPostgres({ url, schema }: PostgresTarget, mode: 'read' | 'write'): Sql {
  return postgresSql({
    open: async () => {
      const session = await connect(url);
      try {
        await beginSession(session, schema, mode);
      } catch (error) {
        await session.end();
        throw error;
      }
      return session;
    },
    prepare: async (session) => {
      await prepareVersion(session, schema);
      await beginSession(session, schema, mode);
    },
  });
}

async function connect(url: string): Promise<PostgresSession> {
  let usable = true;
  const client = new pg.Client({
    connectionString: url,
    application_name: 'agent-status-history',
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: ANSWER_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    types: TYPES,
  });
  const lost = (): void => void (usable = false);
  client.on('error', lost);
  client.on('end', lost);
  const names = new Map<string, string>();
  const nameOf = (text: string): string => {
    let name = names.get(text);
    if (name === undefined) names.set(text, (name = `s${names.size + 1}`));
    return name;
  };
  const end = async (): Promise<void> => {
    usable = false;
    await client.end().catch(() => undefined);
  };
  try {
    await client.connect();
  } catch (error) {
    await end();
    throw asUnavailable(error);
  }
  return {
    get usable() {
      return usable;
    },
    query: async (text, values) => {
      try {
        // Only what takes parameters comes again and again.
        const name = values.length === 0 ? {} : { name: nameOf(text) };
        const { rows, rowCount } = await client.query<Record<string, unknown>>({
          ...name,
          text,
          values: [...values],
        });
        return { rows, changed: rowCount ?? 0 };
      } catch (error) {
        const known = asUnavailable(error);
        // Whatever the server did not answer itself leaves the connection in an unknown state.
        if (!(error instanceof pg.DatabaseError)) usable = false;
        throw known;
      }
    },
    end,
  };
}

// Reads the URL of a PostgreSQL database; what stands in it beyond the schema is the client's business.
// Holds a password: must never be logged or quoted.
import { UrlProblem } from './url-problem.js';

export interface PostgresUrl {
  readonly kind: 'postgres';
  /** As given, without `schema`. */
  readonly url: string;
  /** The read model's name in the database: the start of its schemas' names. */
  readonly schema: string;
}

const DEFAULT_SCHEMA = 'read';
/** Room is left for a version, and PostgreSQL keeps names that begin with `pg_` for itself. */
const SCHEMA = /^(?!pg_)[a-z_][a-z0-9_]{0,39}$/;

export function postgresUrl(text: string, rest: string): PostgresUrl {
  const url = rest.startsWith('//') ? URL.parse(text) : null;
  if (url === null || url.pathname.length < 2) {
    throw new UrlProblem('must be postgres://user:password@host:port/database');
  }
  const schema = url.searchParams.get('schema') ?? DEFAULT_SCHEMA;
  if (!SCHEMA.test(schema)) {
    throw new UrlProblem('may name a schema of 1 to 40 of a-z, 0-9 and _, not beginning with a digit or pg_');
  }
  url.searchParams.delete('schema');
  return { kind: 'postgres', url: url.href, schema };
}

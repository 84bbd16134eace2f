// The adapter follows from the URL's scheme and nothing else. Messages never echo the URL: it may hold a password.
import { z } from 'zod';
import { postgresUrl, type PostgresUrl } from './postgres-url.js';
import { UrlProblem } from './url-problem.js';

export interface SqliteUrl {
  readonly kind: 'sqlite';
  /** As given, relative to the working directory unless absolute. */
  readonly path: string;
}

export interface KurrentDbUrl {
  readonly kind: 'kurrentdb';
  /** As given; it may hold a password. */
  readonly connectionString: string;
}

/** Where the event store lives. A further adapter adds a member here and a case to the two composition roots. */
export type StoreUrl = SqliteUrl | KurrentDbUrl;

/** Where the read model lives. */
export type ReadModelUrl = SqliteUrl | PostgresUrl;

/** By scheme: the URL as its adapter takes it. Throws `UrlProblem`. */
type Readers<Url> = Readonly<Record<string, (text: string, rest: string) => Url>>;

const sqlite = (_text: string, rest: string): SqliteUrl => {
  const path = rest.replace(/^\/\//, '');
  if (path === '' || path.startsWith(':')) throw new UrlProblem('must name a file: sqlite:<path>');
  return { kind: 'sqlite', path };
};

const kurrentDb = (text: string, rest: string): KurrentDbUrl => {
  if (!/^\/\/[^/?]/.test(rest)) throw new UrlProblem('must name a server: esdb://host:port');
  return { kind: 'kurrentdb', connectionString: text };
};

/**
 * Reads `sqlite:<path>` (also `sqlite://<path>`) and the connection strings of KurrentDB and EventStoreDB. Any other scheme
 * is an issue that names the scheme alone.
 */
export const zStoreUrl = zUrl<StoreUrl>(
  {
    sqlite,
    esdb: kurrentDb,
    'esdb+discover': kurrentDb,
    kurrentdb: kurrentDb,
    'kurrentdb+discover': kurrentDb,
  },
  'sqlite:<path> or esdb://…',
);

/** Reads `sqlite:<path>`, and `postgres://user:password@host:port/database?schema=name`. */
export const zReadModelUrl = zUrl<ReadModelUrl>(
  { sqlite, postgres: postgresUrl, postgresql: postgresUrl },
  'sqlite:<path> or postgres://…',
);

function zUrl<Url>(readers: Readers<Url>, offered: string) {
  return z.string().transform((text, context): Url => {
    try {
      return readUrl(text, readers, offered);
    } catch (error) {
      if (!(error instanceof UrlProblem)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
      return z.NEVER;
    }
  });
}

function readUrl<Url>(text: string, readers: Readers<Url>, offered: string): Url {
  const [, scheme, rest] = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(text) ?? [];
  if (scheme === undefined || rest === undefined) throw new UrlProblem(`must be a URL such as ${offered}`);
  const known = scheme.toLowerCase();
  const read = readers[known];
  if (!read) throw new UrlProblem(`has a scheme that cannot be used here; use ${offered}`);
  return read(text, rest);
}

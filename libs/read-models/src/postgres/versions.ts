// Which schemas a read model has: `<name>` keeps a row for every fold version, and each version has tables and a checkpoint
// of its own, so that one can be filled beside another. Changed under a lock, only forward.
import { ModelUnavailableError } from '@libs/projection';
import { FOLD_VERSION, schemaFor } from '../schema.js';
import { numbered } from './numbered.js';
import type { PostgresSession } from './postgres-sql.js';

/** Steps of the schema `<name>`, each applied once, in this order. Add to the end; never change one. */
const MIGRATIONS: readonly ((name: string) => string)[] = [
  // The schema that serves a fold version; a rebuild of that version puts another name here.
  (name) => `CREATE TABLE ${name}.version (fold_version INTEGER PRIMARY KEY, schema_name TEXT NOT NULL)`,
];

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** The schema with this fold version's tables; null before `prepareVersion`. */
export async function findVersion(session: PostgresSession, name: string): Promise<string | null> {
  const table = `${quoted(name)}.version`;
  const { rows } = await session.query('SELECT to_regclass($1) IS NOT NULL AS found', [table]);
  if (!(rows as { found: boolean }[])[0]?.found) return null;
  const found = await session.query(`SELECT schema_name FROM ${table} WHERE fold_version = $1`, [
    FOLD_VERSION,
  ]);
  return (found.rows as { schema_name: string }[])[0]?.schema_name ?? null;
}

/** Makes what is missing, and drops versions that two later ones have followed. Projectors that start together queue. */
export async function prepareVersion(session: PostgresSession, name: string): Promise<void> {
  await session.query('BEGIN', []);
  try {
    await session.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`agent-status-history ${name}`]);
    await migrate(session, name);
    await makeTables(session, name);
    await dropOldVersions(session, name);
    await session.query('COMMIT', []);
  } catch (error) {
    if (session.usable) await session.query('ROLLBACK', []);
    throw error;
  }
}

async function migrate(session: PostgresSession, name: string): Promise<void> {
  const table = `${quoted(name)}.migration`;
  await session.query(`CREATE SCHEMA IF NOT EXISTS ${quoted(name)}`, []);
  await session.query(`CREATE TABLE IF NOT EXISTS ${table} (step INTEGER PRIMARY KEY)`, []);
  const { rows } = await session.query(`SELECT coalesce(max(step), 0) AS step FROM ${table}`, []);
  const { step: done } = (rows as { step: number }[])[0] ?? { step: 0 };
  if (done > MIGRATIONS.length) {
    throw new ModelUnavailableError('A later release has changed the read model; this one cannot write it.');
  }
  for (const [index, migration] of MIGRATIONS.entries()) {
    if (index < done) continue;
    await session.query(migration(quoted(name)), []);
    await session.query(`INSERT INTO ${table} (step) VALUES ($1)`, [index + 1]);
  }
}

async function makeTables(session: PostgresSession, name: string): Promise<void> {
  const known = await findVersion(session, name);
  const schema = known ?? `${name}_v${FOLD_VERSION}`;
  if (known === null) {
    await session.query(`DROP SCHEMA IF EXISTS ${quoted(schema)} CASCADE`, []);
    await session.query(`CREATE SCHEMA ${quoted(schema)}`, []);
  }
  await session.query(`SET LOCAL search_path TO ${quoted(schema)}`, []);
  if (known !== null) return;
  for (const statement of schemaFor('postgres')) await session.query(numbered(statement), []);
  await session.query(`INSERT INTO ${quoted(name)}.version (fold_version, schema_name) VALUES ($1, $2)`, [
    ...[FOLD_VERSION, schema],
  ]);
}

async function dropOldVersions(session: PostgresSession, name: string): Promise<void> {
  const table = `${quoted(name)}.version`;
  const { rows } = await session.query(
    `DELETE FROM ${table} WHERE fold_version < (
       SELECT max(fold_version) FROM ${table} WHERE fold_version < $1)
     RETURNING schema_name`,
    [FOLD_VERSION],
  );
  for (const { schema_name: old } of rows as { schema_name: string }[]) {
    await session.query(`DROP SCHEMA IF EXISTS ${quoted(old)} CASCADE`, []);
  }
}

/** Sets what every statement of a session relies on; a reader needs tables that are there. */
export async function beginSession(
  session: PostgresSession,
  name: string,
  mode: 'read' | 'write',
): Promise<void> {
  for (const setting of [...SETTINGS, ...(mode === 'read' ? READER_SETTINGS : WRITER_SETTINGS)]) {
    await session.query(`SET ${setting}`, []);
  }
  const { rows } = await session.query(`SELECT current_setting('server_encoding') AS encoding`, []);
  if ((rows as { encoding: string }[])[0]?.encoding !== 'UTF8') {
    throw new ModelUnavailableError("The read model's database must have the encoding UTF8.");
  }
  const schema = await findVersion(session, name);
  if (schema === null && mode === 'read') {
    throw new ModelUnavailableError('The read model has not been made yet.');
  }
  await session.query(`SET search_path TO ${quoted(schema ?? `${name}_v${FOLD_VERSION}`)}`, []);
}

/** Every look-up must be a descent of an index, even before the server has counted the rows. */
const SETTINGS = [
  'enable_seqscan = off',
  'enable_hashjoin = off',
  'enable_mergejoin = off',
  'jit = off',
  'statement_timeout = 60000',
];
const READER_SETTINGS = ['default_transaction_read_only = on'];
/** A writer that stops in the middle of a batch must not keep its rows, and the lease, locked. */
const WRITER_SETTINGS = ['idle_in_transaction_session_timeout = 10000'];

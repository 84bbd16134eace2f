// h: the projection of a log into PostgreSQL, batch by batch, against inserting the very rows that come of it, as many at once
// and with the same keys, but without reading, folding and updating.
import { AGENT_UPDATED, type DecodedUpdate } from '@libs/domain';
import { openPostgres, openReadModelWriter, type Sql } from '@libs/read-models';
import { userInfo } from 'node:os';
import type { BenchmarkCase } from './benchmark-case.js';
import { checkIntervals } from './check-intervals.js';
import { decoded } from './decoded.js';
import { compare } from './figures.js';
import { groupBy } from './group-by.js';
import { simulatedLines } from './simulated-lines.js';

const AGENTS = 200;
const BATCH = 1_000;
const SAMPLE = 5;
const TABLES = ['agent', 'evidence', 'series', 'status_interval', 'gap', 'chain_break', 'attribute', 'label'];

export const postgres: BenchmarkCase = {
  id: 'h-postgres',
  title: 'projecting into PostgreSQL against inserting the same rows',
  run: async ({ quick, runs, note, progress }) => {
    const url = process.env.BENCH_POSTGRES_URL ?? `postgres://${userInfo().username}@127.0.0.1:5432/test`;
    if (!(await answers(url))) {
      note(
        'not measured: no PostgreSQL answers at BENCH_POSTGRES_URL, nor at 127.0.0.1:5432 with a database `test`',
      );
      return [];
    }
    const events = quick ? 3_000 : 30_000;
    const updates = decoded(simulatedLines(events, { accountId: 710_041, agents: AGENTS }));
    const [ours, theirs]: [number[], number[]] = [[], []];
    for (let run = 0; run < runs; run += 1) {
      const schema = `bench_${process.pid}_${run}`;
      const sql = openPostgres({ url, schema }, 'write');
      try {
        ours.push((events / (await project(sql, updates))) * 1_000);
        await check(sql, updates);
        theirs.push((events / (await insertAgain(sql))) * 1_000);
      } finally {
        await dropSchemas(sql, schema);
        await sql.close();
      }
      progress(`${run + 1} of ${runs}: ${Math.round(ours.at(-1) ?? 0)} events/s`);
    }
    note(`${events} events of ${AGENTS} agents, ${BATCH} a transaction on both sides`);
    const row = { case: 'h-postgres', name: 'project into PostgreSQL', unit: 'events/s', ours, theirs };
    return [compare({ ...row, against: 'multi-row insert of the same rows' })];
  },
};

async function answers(url: string): Promise<boolean> {
  const sql = openPostgres({ url, schema: `bench_${process.pid}` }, 'write');
  try {
    await sql.all('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await sql.close();
  }
}

/** The ms from the first batch to the last commit. */
async function project(sql: Sql, updates: readonly DecodedUpdate[]): Promise<number> {
  const model = await openReadModelWriter(sql);
  if (model.lease === null || !(await model.lease.acquire())) throw new Error('the lease is not to be had');
  const revisions = new Map<string, number>();
  const events = updates.map(({ stream, eventId: id, fingerprint, data }, index) => {
    const revision = (revisions.get(stream) ?? -1) + 1;
    revisions.set(stream, revision);
    const fixed = { type: AGENT_UPDATED, metadata: { fingerprint }, recordedAt: 1_800_000_000_000 + index };
    return { stream, revision, position: BigInt(index + 1), id, data, ...fixed };
  });
  const began = performance.now();
  for (let from = 0; from < events.length; from += BATCH) {
    const some = events.slice(from, from + BATCH);
    await model.apply({
      events: some,
      expected: from === 0 ? null : BigInt(from),
      next: BigInt(from + some.length),
    });
    await model.lease.renew();
  }
  return performance.now() - began;
}

/** A sample of agents against the pure fold. */
async function check(sql: Sql, updates: readonly DecodedUpdate[]): Promise<void> {
  const streams = [...groupBy(updates, ({ stream }) => stream).values()];
  const every = Math.ceil(streams.length / SAMPLE);
  for (const own of streams.filter((_, index) => index % every === 0)) await checkIntervals(sql, own);
}

/** The same rows into the same tables, emptied: the ms from the first statement to the last commit. */
async function insertAgain(sql: Sql): Promise<number> {
  const tables: (readonly [string, readonly (readonly (string | number | null)[])[], readonly string[]])[] =
    [];
  for (const table of TABLES) {
    const rows = await sql.all<Record<string, string | number | null>>(`SELECT * FROM ${table}`);
    tables.push([table, rows.map((row) => Object.values(row)), Object.keys(rows[0] ?? {})]);
    await sql.run(`TRUNCATE ${table}`);
  }
  const began = performance.now();
  for (const [table, rows, columns] of tables) {
    for (let from = 0; from < rows.length; from += BATCH) {
      await sql.transaction('write', () => sql.insert(table, columns, rows.slice(from, from + BATCH)));
    }
  }
  return performance.now() - began;
}

async function dropSchemas(sql: Sql, name: string): Promise<void> {
  const pattern = `^${name}(_v[0-9]+)?$`;
  const rows = await sql.all<{ readonly nspname: string }>(
    'SELECT nspname FROM pg_namespace WHERE nspname ~ ?',
    [pattern],
  );
  for (const { nspname } of rows) await sql.run(`DROP SCHEMA "${nspname}" CASCADE`);
}

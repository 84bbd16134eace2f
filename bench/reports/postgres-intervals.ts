// The plain table of intervals in a PostgreSQL server, in a schema of its own that is dropped afterwards.
import { randomUUID } from 'node:crypto';
import type { TrueTimeline } from '@libs/simulator';
import pg from 'pg';
import { postgresUrl } from '../../tools/services/postgres.js';
import { readState, servicesFolder } from '../../tools/services/services-state.js';
import type { KeyTime, MeasuredAnswer, ReportPeer, Window } from './time-by-key.js';

const AGENTS_AN_INSERT = 20;

/** `BENCH_POSTGRES_URL`, or the server that `npm run services:up` has started; null where there is neither. */
export async function benchPostgresUrl(): Promise<string | null> {
  const { BENCH_POSTGRES_URL: given } = process.env;
  if (given !== undefined && given !== '') return given;
  const { postgres } = await readState(servicesFolder(process.env));
  return postgres === undefined ? null : postgresUrl(postgres);
}

export class PostgresIntervals implements ReportPeer {
  private waiting: TrueTimeline[] = [];

  private constructor(
    private readonly client: pg.Client,
    private readonly schema: string,
  ) {}

  static async create(url: string): Promise<PostgresIntervals> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const schema = `bench_${randomUUID().slice(0, 8)}`;
    await client.query(`CREATE SCHEMA ${schema}`);
    await client.query(
      `CREATE UNLOGGED TABLE ${schema}.interval (agent BIGINT, key TEXT, start BIGINT, "end" BIGINT)`,
    );
    return new PostgresIntervals(client, schema);
  }

  async add(timeline: TrueTimeline): Promise<void> {
    this.waiting.push(timeline);
    if (this.waiting.length === AGENTS_AN_INSERT) await this.write();
  }

  async finish(): Promise<void> {
    await this.write();
    const table = `${this.schema}.interval`;
    await this.client.query(`CREATE INDEX ON ${table} (agent, start, "end", key)`);
    await this.client.query(`VACUUM ANALYZE ${table}`);
  }

  async answer({ from, to }: Window): Promise<MeasuredAnswer> {
    const text = `SELECT agent::INTEGER, key, sum(least(coalesce("end", $2), $2) - greatest(start, $1))::FLOAT8
      FROM ${this.schema}.interval WHERE start < $2 AND ("end" > $1 OR "end" IS NULL) GROUP BY agent, key`;
    const began = performance.now();
    const { rows } = await this.client.query<[number, string, number]>({
      ...{ text, values: [from, to], rowMode: 'array' },
    });
    return { ms: performance.now() - began, times: rows satisfies readonly KeyTime[] };
  }

  async close(): Promise<void> {
    await this.client.query(`DROP SCHEMA ${this.schema} CASCADE`);
    await this.client.end();
  }

  private async write(): Promise<void> {
    const rows = this.waiting.flatMap(({ agent, intervals }) =>
      intervals.status.map(({ key, start, end }) => ({ agent: agent.agentId, key, start, end })),
    );
    this.waiting = [];
    await this.client.query(
      `INSERT INTO ${this.schema}.interval
       SELECT * FROM unnest($1::BIGINT[], $2::TEXT[], $3::BIGINT[], $4::BIGINT[])`,
      [
        ...[rows.map(({ agent }) => agent), rows.map(({ key }) => key)],
        ...[rows.map(({ start }) => start), rows.map(({ end }) => end)],
      ],
    );
  }
}

// What one would ask an analytical engine: the raw status changes in DuckDB, each lasting until the agent's next (LEAD).
import { DuckDBInstance, type DuckDBAppender, type DuckDBConnection } from '@duckdb/node-api';
import type { TrueTimeline } from '@libs/simulator';
import type { KeyTime, MeasuredAnswer, ReportPeer, Window } from './time-by-key.js';

export class DuckDbChanges implements ReportPeer {
  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
    private readonly appender: DuckDBAppender,
  ) {}

  static async create(file: string): Promise<DuckDbChanges> {
    const instance = await DuckDBInstance.create(file);
    const connection = await instance.connect();
    // `n` orders changes of one instant. Without a key the agent is in no status from then on.
    await connection.run('CREATE TABLE change (agent BIGINT, since BIGINT, n INTEGER, key VARCHAR)');
    return new DuckDbChanges(instance, connection, await connection.createAppender('change'));
  }

  add({ agent, intervals }: TrueTimeline): void {
    const { appender } = this;
    let n = 0;
    const change = (at: number, key: string | null): void => {
      appender.appendBigInt(BigInt(agent.agentId));
      appender.appendBigInt(BigInt(at));
      appender.appendInteger((n += 1));
      if (key === null) appender.appendNull();
      else appender.appendVarchar(key);
      appender.endRow();
    };
    let end: number | null = null;
    for (const interval of intervals.status) {
      if (end !== null && end !== interval.start) change(end, null);
      change(interval.start, interval.key);
      end = interval.end;
    }
    if (end !== null) change(end, null);
  }

  async finish(): Promise<void> {
    this.appender.closeSync();
    await this.connection.run('CHECKPOINT');
  }

  async answer({ from, to }: Window): Promise<MeasuredAnswer> {
    const began = performance.now();
    const result = await this.connection.run(
      `WITH interval AS (
         SELECT agent, key, since AS start,
           coalesce(lead(since) OVER (PARTITION BY agent ORDER BY since, n), ${to}) AS "end"
         FROM change)
       SELECT agent::INTEGER, key, sum(least("end", ${to}) - greatest(start, ${from}))::DOUBLE AS ms
       FROM interval WHERE key IS NOT NULL AND start < ${to} AND "end" > ${from} GROUP BY agent, key`,
    );
    const ms = performance.now() - began;
    return { ms, times: (await result.getRows()) as unknown as KeyTime[] };
  }

  close(): void {
    this.connection.closeSync();
    this.instance.closeSync();
  }
}

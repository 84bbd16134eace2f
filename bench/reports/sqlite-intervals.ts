// What one would write without a read model: a plain table of intervals in SQLite, cut to the window and summed by SQL.
import Database from 'better-sqlite3';
import type { TrueTimeline } from '@libs/simulator';
import type { KeyTime, MeasuredAnswer, ReportPeer, Window } from './time-by-key.js';

/** `start`: what serves any window. `key`: what serves this one question best, and hardly another. */
export type IntervalIndex = 'by_start' | 'by_key';

const INDEXES = {
  by_start: 'agent, start, "end", key',
  by_key: 'agent, key, start, "end"',
} as const;
const CACHE_KIB = 65_536;
const MAPPED_BYTES = 2_147_418_112;

export class SqliteIntervals implements ReportPeer {
  private readonly database: Database.Database;
  private readonly insert: Database.Statement;

  constructor(file: string) {
    this.database = new Database(file);
    this.database.pragma('journal_mode = WAL');
    this.database.pragma('synchronous = OFF');
    this.database.pragma(`cache_size = -${CACHE_KIB}`);
    this.database.pragma(`mmap_size = ${MAPPED_BYTES}`);
    this.database.exec(
      'CREATE TABLE interval (agent INTEGER NOT NULL, key TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER)',
    );
    this.insert = this.database.prepare('INSERT INTO interval VALUES (?, ?, ?, ?)');
  }

  add({ agent, intervals }: TrueTimeline): void {
    this.database.transaction(() => {
      for (const { key, start, end } of intervals.status) this.insert.run(agent.agentId, key, start, end);
    })();
  }

  finish(): void {
    for (const [name, columns] of Object.entries(INDEXES)) {
      this.database.exec(`CREATE INDEX ${name} ON interval (${columns})`);
    }
    this.database.pragma('wal_checkpoint(TRUNCATE)');
  }

  answer({ from, to }: Window, index: IntervalIndex = 'by_start'): MeasuredAnswer {
    const statement = this.database.prepare<unknown[], KeyTime>(
      `SELECT agent, key, sum(min(coalesce("end", :to), :to) - max(start, :from)) AS ms
       FROM interval INDEXED BY ${index}
       WHERE start < :to AND ("end" > :from OR "end" IS NULL) GROUP BY agent, key`,
    );
    return measured(() => statement.raw().all({ from, to }));
  }

  /** The same for some agents, bucket by bucket; each is `[edges[i], edges[i + 1])`. */
  answerBuckets(
    agents: readonly number[],
    edges: readonly number[],
    index: IntervalIndex = 'by_start',
  ): MeasuredAnswer {
    const buckets = edges.slice(1).map((to, at) => ({ from: edges[at], to }));
    const statement = this.database.prepare<unknown[], KeyTime>(
      // From the intervals on: bucket by bucket, each would read the agent's history from its beginning.
      `WITH bucket AS (SELECT value ->> 'from' AS b_from, value ->> 'to' AS b_to FROM json_each(:buckets))
       SELECT agent, key, sum(min(coalesce("end", b_to), b_to) - max(start, b_from)) AS ms, b_from
       FROM interval INDEXED BY ${index} CROSS JOIN bucket
       WHERE agent IN (SELECT value FROM json_each(:agents))
         AND start < :to AND ("end" > :from OR "end" IS NULL)
         AND start < b_to AND ("end" > b_from OR "end" IS NULL) GROUP BY agent, b_from, key`,
    );
    const asked = {
      ...{ from: edges[0], to: edges.at(-1) },
      ...{ agents: JSON.stringify(agents), buckets: JSON.stringify(buckets) },
    };
    return measured(() => statement.raw().all(asked));
  }

  close(): void {
    this.database.close();
  }
}

function measured(all: () => readonly KeyTime[]): MeasuredAnswer {
  const began = performance.now();
  const times = all();
  return { ms: performance.now() - began, times };
}

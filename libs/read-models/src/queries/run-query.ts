// The one door to the read model: every query runs in a read transaction of its own and says the position it stands on.
import type { Sql } from '../sql.js';
import { agent, agents, live } from './agents.js';
import { eventPlaces, sessions } from './agent-history.js';
import { accounts, statuses, teams } from './known-values.js';
import { qualityCounts } from './quality-counts.js';
import type { QueryName, QueryParameters, QueryReply } from './queries.js';
import { acwQuery, dataQualityQuery, sessionsReportQuery, timeInStatusQuery } from './reports.js';
import { timeline } from './timeline.js';

const QUERIES: {
  readonly [N in QueryName]: (sql: Sql, parameters: QueryParameters[N]) => Promise<QueryReply>;
} = {
  'time-in-status': timeInStatusQuery,
  acw: acwQuery,
  'sessions-report': sessionsReportQuery,
  'data-quality': dataQualityQuery,
  agents,
  agent,
  teams,
  statuses,
  live,
  timeline,
  sessions,
  'event-places': eventPlaces,
  accounts: (sql) => accounts(sql),
  'quality-counts': (sql) => qualityCounts(sql),
};

/** Rejects with `QueryError` for what the caller can mend. The body carries `asOfPosition`, null before any event. */
export async function runQuery<N extends QueryName>(
  sql: Sql,
  name: N,
  parameters: QueryParameters[N],
): Promise<QueryReply> {
  return sql.transaction('read', async () => {
    const { position } = await readCheckpoint(sql);
    const { body, next } = await QUERIES[name](sql, parameters);
    return { body: { ...body, asOfPosition: position }, next };
  });
}

export interface Checkpoint {
  readonly position: string | null;
  /** When that event was recorded: UTC epoch ms. */
  readonly recordedAt: number | null;
  readonly foldVersion: number;
}

export async function readCheckpoint(sql: Sql): Promise<Checkpoint> {
  const [row] = await sql.all<{ position: string | null; recorded_at: number | null; fold_version: number }>(
    'SELECT position, recorded_at, fold_version FROM checkpoint WHERE id = 1',
  );
  if (!row) throw new Error('The read model has no checkpoint.');
  return { position: row.position, recordedAt: row.recorded_at, foldVersion: row.fold_version };
}

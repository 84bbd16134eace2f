// What the writer keeps of an agent between batches: the fold's state and, per series, the sums so far.
import { TRACKS, type FoldState } from '@libs/domain';
import type { Sql } from '../sql.js';

/** Of all intervals of one key on one track: how many there are, and the sums of those that have ended. */
export interface SeriesSums {
  readonly series: number;
  ms: number;
  entries: number;
  uncertainMs: number;
  inferredMs: number;
}

export interface AgentRecord {
  readonly agent: number;
  readonly account: string;
  readonly agentId: string;
  state: FoldState;
  series: Map<string, SeriesSums>;
}

export function seriesKey(track: number, key: string): string {
  return `${track}:${key}`;
}

export async function loadAgentRecord(
  sql: Sql,
  account: string,
  agentId: string,
): Promise<AgentRecord | undefined> {
  const [row] = await sql.all<{ agent: number; state: string }>(
    'SELECT agent, state FROM agent WHERE account = ? AND agent_id = ?',
    [account, agentId],
  );
  if (!row) return undefined;
  const series = await loadSeriesSums(sql, row.agent);
  return { agent: row.agent, account, agentId, state: JSON.parse(row.state) as FoldState, series };
}

interface LastInterval {
  start_at: number;
  end_at: number | null;
  uncertain_from: number | null;
  inferred: number;
  sum_ms: number;
  sum_entries: number;
  sum_uncertain: number;
  sum_inferred: number;
}

/** The sums of each of an agent's series, from the last interval of each. */
export async function loadSeriesSums(sql: Sql, agent: number): Promise<Map<string, SeriesSums>> {
  const sums = new Map<string, SeriesSums>();
  const all = await sql.all<{ series: number; track: number; key: string }>(
    'SELECT series, track, key FROM series WHERE agent = ?',
    [agent],
  );
  for (const { series, track, key } of all) {
    const [last] = await sql.all<LastInterval>(
      `SELECT start_at, end_at, uncertain_from, inferred, sum_ms, sum_entries, sum_uncertain, sum_inferred
       FROM interval WHERE series = ? ORDER BY start_at DESC, ordinal DESC LIMIT 1`,
      [series],
    );
    sums.set(seriesKey(track, key), last ? sumsAfter(series, last) : noSums(series));
  }
  return sums;
}

export function noSums(series: number): SeriesSums {
  return { series, ms: 0, entries: 0, uncertainMs: 0, inferredMs: 0 };
}

function sumsAfter(series: number, last: LastInterval): SeriesSums {
  const sums = {
    series,
    ms: last.sum_ms,
    entries: last.sum_entries + 1,
    uncertainMs: last.sum_uncertain,
    inferredMs: last.sum_inferred,
  };
  if (last.end_at !== null)
    addEnded(sums, last.start_at, last.end_at, last.uncertain_from, last.inferred === 1);
  return sums;
}

export function addEnded(
  sums: SeriesSums,
  start: number,
  end: number,
  uncertainFrom: number | null,
  inferred: boolean,
): void {
  sums.ms += end - start;
  if (uncertainFrom !== null) sums.uncertainMs += end - uncertainFrom;
  if (inferred) sums.inferredMs += end - start;
}

/** The index of a track in rows. */
export function trackNumber(track: (typeof TRACKS)[number]): number {
  return TRACKS.indexOf(track);
}

// What the writer keeps of an agent between batches: the fold's state and, per series, the sums so far.
import { TRACKS, type FoldState } from '@libs/domain';
import { givenRows, givenTable, type GivenColumns } from '../given-rows.js';
import { joinLastInterval } from '../last-interval.js';
import type { Sql } from '../sql.js';

/** Of all intervals of one key on one track: how many there are, and the sums of those that have ended. */
export interface SeriesSums {
  readonly series: number;
  ms: number;
  entries: number;
  uncertainMs: number;
  inferredMs: number;
}

export interface AgentName {
  readonly account: string;
  readonly agentId: string;
}

export interface AgentRecord extends AgentName {
  readonly agent: number;
  state: FoldState;
  series: Map<string, SeriesSums>;
}

export function seriesKey(track: number, key: string): string {
  return `${track}:${key}`;
}

/** The records of those agents that are known. */
export async function loadAgentRecords(sql: Sql, names: readonly AgentName[]): Promise<AgentRecord[]> {
  if (names.length === 0) return [];
  const asked = givenTable(sql.dialect, 'asked', { account: 'TEXT', agent_id: 'TEXT' });
  const rows = await sql.all<{ agent: number; account: string; agent_id: string; state: string }>(
    `WITH ${asked} SELECT agent.agent, agent.account, agent.agent_id, agent.state
     FROM asked CROSS JOIN agent WHERE agent.account = asked.account AND agent.agent_id = asked.agent_id`,
    [givenRows(names.map(({ account, agentId }) => ({ account, agent_id: agentId })))],
  );
  const series = await loadSeriesSums(
    sql,
    rows.map(({ agent }) => agent),
  );
  return rows.map(({ agent, account, agent_id: agentId, state }) => ({
    ...{ agent, account, agentId, state: JSON.parse(state) as FoldState },
    series: series.get(agent) ?? new Map<string, SeriesSums>(),
  }));
}

interface LastInterval {
  agent: number;
  series: number;
  track: number;
  key: string;
  /** Null if the series has no interval left. */
  start_at: number | null;
  end_at: number | null;
  uncertain_from: number | null;
  inferred: number;
  sum_ms: number;
  sum_entries: number;
  sum_uncertain: number;
  sum_inferred: number;
}

/** By agent: the sums of each of its series, from the last interval of each. */
export async function loadSeriesSums(
  sql: Sql,
  agents: readonly number[],
): Promise<Map<number, Map<string, SeriesSums>>> {
  const sums = new Map(agents.map((agent) => [agent, new Map<string, SeriesSums>()]));
  if (agents.length === 0) return sums;
  const rows = await sql.all<LastInterval>(
    `WITH ${givenTable(sql.dialect, 'asked', { agent: 'BIGINT' })}
     SELECT series.agent, series.series, series.track, series.key, last.start_at, last.end_at,
       last.uncertain_from, last.inferred, last.sum_ms, last.sum_entries, last.sum_uncertain, last.sum_inferred
     FROM asked CROSS JOIN series ${joinLastInterval(sql.dialect, { as: 'last', join: 'LEFT JOIN' })}
     WHERE series.agent = asked.agent`,
    [givenRows(agents.map((agent) => ({ agent })))],
  );
  for (const row of rows) sums.get(row.agent)?.set(seriesKey(row.track, row.key), sumsAfter(row));
  return sums;
}

/** Where a fold stands: after the events up to `at`. */
export interface FoldPoint {
  readonly agent: number;
  readonly at: number;
  readonly state: FoldState;
}

/** By agent: the sums of each of its series as they were at a point of its fold, whatever came later. */
export async function loadSeriesSumsAt(
  sql: Sql,
  points: readonly FoldPoint[],
): Promise<Map<number, Map<string, SeriesSums>>> {
  const sums = new Map(points.map(({ agent }) => [agent, new Map<string, SeriesSums>()]));
  const asked = points.flatMap(({ agent, at, state }) =>
    state.tracks.map(({ open, next }, track) => ({
      // No interval of before starts after the last event, and the open one had no end yet.
      ...{ agent, track, before: at + 1, below: next, open_one: open === null ? -1 : next - 1 },
    })),
  );
  const columns: GivenColumns = {
    agent: 'BIGINT',
    track: 'BIGINT',
    before: 'BIGINT',
    below: 'BIGINT',
    open_one: 'BIGINT',
  };
  const rows = await sql.all<LastInterval>(
    `WITH ${givenTable(sql.dialect, 'asked', columns)}
     SELECT series.agent, series.series, series.track, series.key, last.start_at,
       CASE WHEN last.ordinal = asked.open_one THEN NULL ELSE last.end_at END AS end_at,
       last.uncertain_from, last.inferred, last.sum_ms, last.sum_entries, last.sum_uncertain, last.sum_inferred
     FROM asked CROSS JOIN series ${joinLastInterval(sql.dialect, { as: 'last', join: 'LEFT JOIN', before: 'asked.before', below: 'asked.below' })}
     WHERE series.agent = asked.agent AND series.track = asked.track`,
    [givenRows(asked)],
  );
  for (const row of rows) sums.get(row.agent)?.set(seriesKey(row.track, row.key), sumsAfter(row));
  return sums;
}

export function noSums(series: number): SeriesSums {
  return { series, ms: 0, entries: 0, uncertainMs: 0, inferredMs: 0 };
}

function sumsAfter(last: LastInterval): SeriesSums {
  const { series, start_at: start, end_at: end } = last;
  if (start === null) return noSums(series);
  const sums = {
    series,
    ms: last.sum_ms,
    entries: last.sum_entries + 1,
    uncertainMs: last.sum_uncertain,
    inferredMs: last.sum_inferred,
  };
  if (end !== null) addEnded(sums, start, end, last.uncertain_from, last.inferred === 1);
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

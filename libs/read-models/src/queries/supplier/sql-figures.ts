// Figures at cuts from prefix sums: for each series and cut, the last interval that starts before the cut tells the sums
// of all before it and its own part. So a window costs a few look-ups a series, however long it is.
import { makeFigures, setSums, type AgentFigures, type CutRequest, type FiguresQuery } from '@libs/domain';
import { joinLastInterval } from '../../last-interval.js';
import type { Dialect, Sql } from '../../sql.js';
import { trackNumber } from '../../writer/agent-record.js';
import { NO_AGENT, paddedLists, places, type AgentNumbers } from './padded-lists.js';

interface LookUp {
  agent: number;
  key: string;
  cut: number;
  start_at: number;
  end_at: number | null;
  uncertain_from: number | null;
  inferred: number;
  sum_ms: number;
  sum_entries: number;
  sum_uncertain: number;
  sum_inferred: number;
}

export async function sqlFigures(
  sql: Sql,
  numbers: AgentNumbers,
  query: FiguresQuery,
): Promise<Map<string, AgentFigures>> {
  const figures = new Map<string, AgentFigures>();
  for (const [cuts, agentIds] of agentsByCuts(query.requests)) {
    const ids = new Map(agentIds.map((agentId) => [numbers.get(agentId) ?? -1, agentId]));
    for (const [agent, rows] of await lookUpsByAgent(sql, [...ids.keys()], cuts, query)) {
      figures.set(ids.get(agent) ?? '', figuresOf(rows, cuts, query));
    }
  }
  return figures;
}

function agentsByCuts(requests: readonly CutRequest[]): Map<readonly number[], string[]> {
  const groups = new Map<readonly number[], string[]>();
  for (const { cuts, agentId } of requests) {
    const group = groups.get(cuts);
    if (group) group.push(agentId);
    else groups.set(cuts, [agentId]);
  }
  return groups;
}

async function lookUpsByAgent(
  sql: Sql,
  agents: readonly number[],
  cuts: readonly number[],
  { track, keys, effectiveEnd }: FiguresQuery,
): Promise<Map<number, LookUp[]>> {
  // The open interval is told by a look-up at E, which may lie after the last cut.
  const instants = cuts.at(-1) === effectiveEnd ? cuts : [...cuts, effectiveEnd];
  const onlyKeys = keys ? `AND series.key IN (${places(keys)})` : '';
  const onlyAgents = [...paddedLists(agents, NO_AGENT)];
  const byAgent = new Map<number, LookUp[]>();
  for (const { list: times, offset } of paddedLists(instants, BEFORE_EVERYTHING)) {
    for (const { list } of onlyAgents) {
      const rows = await sql.all<LookUp>(lookUpStatement(sql.dialect, times, list, onlyKeys), [
        ...[...times, ...list, trackNumber(track), ...(keys ?? [])],
      ]);
      for (const row of rows) {
        row.cut += offset;
        const own = byAgent.get(row.agent);
        if (own) own.push(row);
        else byAgent.set(row.agent, [row]);
      }
    }
  }
  return byAgent;
}

/** No interval starts before it. */
const BEFORE_EVERYTHING = Number.MIN_SAFE_INTEGER;

function lookUpStatement(
  dialect: Dialect,
  times: readonly number[],
  agents: readonly number[],
  onlyKeys: string,
): string {
  return `WITH cut (cut, t) AS (VALUES ${times.map((_, index) => `(${index}, CAST(? AS BIGINT))`).join(', ')})
    SELECT series.agent, series.key, cut.cut, last.start_at, last.end_at, last.uncertain_from,
      last.inferred, last.sum_ms, last.sum_entries, last.sum_uncertain, last.sum_inferred
    FROM series CROSS JOIN cut ${joinLastInterval(dialect, 'JOIN', 'cut.t')}
    WHERE series.agent IN (${places(agents)}) AND series.track = ? ${onlyKeys}`;
}

function figuresOf(rows: readonly LookUp[], cuts: readonly number[], query: FiguresQuery): AgentFigures {
  const { effectiveEnd, asOf } = query;
  const atEnd = cuts.at(-1) === effectiveEnd ? cuts.length - 1 : cuts.length;
  const keys = [...new Set(rows.filter(({ cut }) => cut < cuts.length).map(({ key }) => key))];
  const numberOf = new Map(keys.map((key, index) => [key, index]));
  const open = rows.find(({ cut, end_at }) => cut === atEnd && (end_at === null || end_at > asOf));
  const figures = makeFigures(keys, cuts.length, open ? { key: open.key, start: open.start_at } : null);
  for (const row of rows) {
    const t = cuts[row.cut];
    if (t === undefined) continue;
    const end = row.end_at === null ? t : Math.min(row.end_at, t);
    const ms = end - row.start_at;
    setSums(figures, cuts.length, numberOf.get(row.key) ?? 0, row.cut, {
      ms: row.sum_ms + ms,
      entries: row.sum_entries + 1,
      uncertainMs:
        row.sum_uncertain + (row.uncertain_from === null ? 0 : Math.max(0, end - row.uncertain_from)),
      inferredMs: row.sum_inferred + (row.inferred === 1 ? ms : 0),
    });
  }
  return figures;
}

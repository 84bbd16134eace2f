// Figures at cuts from prefix sums. The last interval of a series that starts before a cut tells the sums of all before it
// and its own part; it is found by look-ups, a few a series however long the window, or, where that touches fewer rows
// (many cuts, few intervals), by reading the window's intervals once.
import { makeFigures, setSums, type AgentFigures, type CutRequest, type FiguresQuery } from '@libs/domain';
import type { Sql } from '../../sql.js';
import type { LastInterval } from './last-intervals.js';
import { agentsToScan, lookUpLastIntervals, scanIntervals } from './last-intervals.js';
import { NO_AGENT, type AgentNumbers } from './padded-lists.js';

/** With fewer cuts nobody needs to ask which way is cheaper. */
const FEWEST_CUTS_TO_SCAN = 8;

export async function sqlFigures(
  sql: Sql,
  numbers: AgentNumbers,
  query: FiguresQuery,
): Promise<Map<string, AgentFigures>> {
  const figures = new Map<string, AgentFigures>();
  for (const [cuts, agentIds] of agentsByCuts(query.requests)) {
    const ids = new Map(agentIds.map((agentId) => [numbers.get(agentId) ?? NO_AGENT, agentId]));
    // The open interval is told at E, which may lie after the last cut.
    const instants = cuts.at(-1) === query.effectiveEnd ? cuts : [...cuts, query.effectiveEnd];
    const scanned =
      instants.length < FEWEST_CUTS_TO_SCAN ? [] : await agentsToScan(sql, [...ids.keys()], instants, query);
    const isScanned = new Set(scanned);
    const lookedUp = [...ids.keys()].filter((agent) => !isScanned.has(agent));
    for (const [agent, rows] of await lookUpLastIntervals(sql, lookedUp, instants, query)) {
      figures.set(ids.get(agent) ?? '', figuresOf(rows, cuts, query));
    }
    for (const [agent, rows] of await scanIntervals(sql, scanned, instants, query)) {
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

function figuresOf(
  rows: readonly LastInterval[],
  cuts: readonly number[],
  query: FiguresQuery,
): AgentFigures {
  const { effectiveEnd, asOf } = query;
  const atEnd = cuts.at(-1) === effectiveEnd ? cuts.length - 1 : cuts.length;
  const keys = [...new Set(rows.filter(({ cut }) => cut < cuts.length).map(({ key }) => key))];
  const numberOf = new Map(keys.map((key, index) => [key, index]));
  const open = rows.find(({ until, end_at }) => until >= atEnd && (end_at === null || end_at > asOf));
  const figures = makeFigures(keys, cuts.length, open ? { key: open.key, start: open.start_at } : null);
  for (const row of rows) {
    const key = numberOf.get(row.key) ?? 0;
    for (let cut = row.cut; cut <= row.until; cut += 1) {
      const t = cuts[cut];
      if (t !== undefined) setSums(figures, cuts.length, key, cut, sumsBefore(row, t));
    }
  }
  return figures;
}

function sumsBefore(row: LastInterval, t: number): Parameters<typeof setSums>[4] {
  const end = row.end_at === null ? t : Math.min(row.end_at, t);
  const ms = end - row.start_at;
  return {
    ms: row.sum_ms + ms,
    entries: row.sum_entries + 1,
    uncertainMs:
      row.sum_uncertain + (row.uncertain_from === null ? 0 : Math.max(0, end - row.uncertain_from)),
    inferredMs: row.sum_inferred + (row.inferred === 1 ? ms : 0),
  };
}

// What the feed got wrong, per agent: counted row by row, since faults are few. Counts are cumulative from the first cut.
import type { QualityFigures, QualityQuery } from '@libs/domain';
import type { Sql, SqlValue } from '../../sql.js';
import { trackNumber } from '../../writer/agent-record.js';
import { NO_AGENT, paddedLists, places, type AgentNumbers } from './padded-lists.js';

export async function sqlQuality(
  sql: Sql,
  numbers: AgentNumbers,
  { track, requests }: QualityQuery,
): Promise<Map<string, QualityFigures>> {
  const cutsOf = new Map(requests.map(({ agentId, cuts }) => [numbers.get(agentId) ?? NO_AGENT, cuts]));
  const from = requests.reduce((least, { cuts }) => Math.min(least, cuts[0] ?? least), Infinity);
  const to = requests.reduce((most, { cuts }) => Math.max(most, cuts.at(-1) ?? most), -Infinity);
  const agents = [...cutsOf.keys()];
  if (from > to) return new Map();
  const between = [from, to];
  const [gaps, breaks, late, seen, earlier] = [
    await instantsByAgent(sql, agents, 'gap', 'AND track = ? AND at >= ? AND at < ?', [
      trackNumber(track),
      ...between,
    ]),
    await instantsByAgent(sql, agents, 'chain_break', 'AND at >= ? AND at < ?', between),
    await instantsByAgent(sql, agents, 'evidence', 'AND late = 1 AND at >= ? AND at < ?', between),
    await instantsByAgent(sql, agents, 'evidence', 'AND at >= ? AND at < ?', between),
    await lastBefore(sql, agents, from),
  ];
  const figures = new Map<string, QualityFigures>();
  for (const { agentId, cuts } of requests) {
    const agent = numbers.get(agentId) ?? NO_AGENT;
    const first = earlier.get(agent) ?? null;
    figures.set(agentId, {
      gaps: countsBefore(gaps.get(agent), cuts),
      chainBreaks: countsBefore(breaks.get(agent), cuts),
      lateEvents: countsBefore(late.get(agent), cuts),
      lastEventAt: lastsBefore(seen.get(agent), cuts, first),
    });
  }
  return figures;
}

async function instantsByAgent(
  sql: Sql,
  agents: readonly number[],
  table: string,
  condition: string,
  parameters: readonly SqlValue[],
): Promise<Map<number, number[]>> {
  const instants = new Map<number, number[]>();
  for (const { list } of paddedLists(agents, NO_AGENT)) {
    const rows = await sql.all<{ agent: number; at: number }>(
      `SELECT agent, at FROM ${table} WHERE agent IN (${places(list)}) ${condition} ORDER BY agent, at`,
      [...list, ...parameters],
    );
    for (const { agent, at } of rows) {
      const own = instants.get(agent);
      if (own) own.push(at);
      else instants.set(agent, [at]);
    }
  }
  return instants;
}

async function lastBefore(sql: Sql, agents: readonly number[], from: number): Promise<Map<number, number>> {
  const last = new Map<number, number>();
  for (const { list } of paddedLists(agents, NO_AGENT)) {
    const rows = await sql.all<{ agent: number; at: number | null }>(
      `SELECT agent, (SELECT max(at) FROM evidence WHERE evidence.agent = agent.agent AND at < ?) AS at
       FROM agent WHERE agent IN (${places(list)})`,
      [from, ...list],
    );
    for (const { agent, at } of rows) if (at !== null) last.set(agent, at);
  }
  return last;
}

function countsBefore(instants: readonly number[] = [], cuts: readonly number[]): number[] {
  let count = 0;
  return cuts.map((cut) => {
    while (count < instants.length && (instants[count] ?? cut) < cut) count += 1;
    return count;
  });
}

function lastsBefore(
  instants: readonly number[] = [],
  cuts: readonly number[],
  first: number | null,
): (number | null)[] {
  let next = 0;
  let last = first;
  return cuts.map((cut) => {
    while (next < instants.length && (instants[next] ?? cut) < cut) last = instants[next++] ?? last;
    return last;
  });
}

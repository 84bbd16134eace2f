// What the feed got wrong, per agent: counted row by row, since faults are few. Counts are cumulative from the first cut.
// Events are many: the last one before a cut is looked up, never found by reading a window.
import type { CutRequest, QualityFigures, QualityQuery } from '@libs/domain';
import type { Sql, SqlValue } from '../../sql.js';
import { trackNumber } from '../../writer/agent-record.js';
import { agentsByCuts, NO_AGENT, paddedLists, places, type AgentNumbers } from './padded-lists.js';

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
  const [gaps, breaks, late, seen] = [
    await instantsByAgent(sql, agents, 'gap', 'AND track = ? AND at >= ? AND at < ?', [
      trackNumber(track),
      ...between,
    ]),
    await instantsByAgent(sql, agents, 'chain_break', 'AND at >= ? AND at < ?', between),
    await instantsByAgent(sql, agents, 'evidence', 'AND late = 1 AND at >= ? AND at < ?', between),
    await lastEvents(sql, numbers, requests),
  ];
  const figures = new Map<string, QualityFigures>();
  for (const { agentId, cuts } of requests) {
    const agent = numbers.get(agentId) ?? NO_AGENT;
    figures.set(agentId, {
      gaps: countsBefore(gaps.get(agent), cuts),
      chainBreaks: countsBefore(breaks.get(agent), cuts),
      lateEvents: countsBefore(late.get(agent), cuts),
      lastEventAt: seen.get(agent) ?? [],
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

/** By agent: the `at` of the last event before each of its cuts; nothing of an agent without any. */
async function lastEvents(
  sql: Sql,
  numbers: AgentNumbers,
  requests: readonly CutRequest[],
): Promise<Map<number, (number | null)[]>> {
  const last = new Map<number, (number | null)[]>();
  for (const [cuts, agentIds] of agentsByCuts(requests)) {
    const lists = [
      ...paddedLists(
        agentIds.map((agentId) => numbers.get(agentId) ?? NO_AGENT),
        NO_AGENT,
      ),
    ];
    for (const { list: times, offset } of paddedLists(cuts, Number.MIN_SAFE_INTEGER)) {
      for (const { list } of lists) {
        const rows = await sql.all<{ agent: number; cut: number; at: number | null }>(
          `WITH cut (cut, t) AS (VALUES ${times.map((_, cut) => `(${cut}, CAST(? AS BIGINT))`).join(', ')})
           SELECT agent.agent, cut.cut, (
             SELECT max(at) FROM evidence WHERE evidence.agent = agent.agent AND at < cut.t) AS at
           FROM agent CROSS JOIN cut WHERE agent.agent IN (${places(list)})`,
          [...times, ...list],
        );
        for (const { agent, cut, at } of rows) {
          let own = last.get(agent);
          if (own === undefined) last.set(agent, (own = cuts.map(() => null)));
          if (offset + cut < cuts.length) own[offset + cut] = at;
        }
      }
    }
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

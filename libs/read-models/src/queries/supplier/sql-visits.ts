// The ended intervals that a window saw: visits are told one by one, since percentiles cannot be summed beforehand.
import { QueryTooLargeError, type Visit, type VisitsQuery } from '@libs/domain';
import type { Sql } from '../../sql.js';
import { trackNumber } from '../../writer/agent-record.js';
import { NO_AGENT, paddedLists, places, type AgentNumbers } from './padded-lists.js';

interface VisitRow {
  agent: number;
  key: string;
  start_at: number;
  end_at: number;
}

export async function sqlVisits(
  sql: Sql,
  numbers: AgentNumbers,
  query: VisitsQuery,
): Promise<Map<string, Visit[]>> {
  const { track, keys, agentIds, from, effectiveEnd, limit } = query;
  const ids = new Map(agentIds.map((agentId) => [numbers.get(agentId) ?? NO_AGENT, agentId]));
  const onlyKeys = keys ? `AND series.key IN (${places(keys)})` : '';
  const visits = new Map<string, Visit[]>();
  let found = 0;
  for (const { list } of paddedLists([...ids.keys()], NO_AGENT)) {
    const rows = await sql.all<VisitRow>(
      // The first start that can matter is that of the last interval that began before the window.
      `SELECT agent.agent, series.key, visit.start_at, visit.end_at
       FROM agent CROSS JOIN status_interval AS visit JOIN series ON series.series = visit.series
       WHERE agent.agent IN (${places(list)}) AND visit.agent = agent.agent AND visit.track = ?
         AND visit.start_at >= coalesce((
           SELECT carried.start_at FROM status_interval AS carried
           WHERE carried.agent = agent.agent AND carried.track = ? AND carried.start_at < ?
           ORDER BY carried.start_at DESC, carried.ordinal DESC LIMIT 1), ?)
         AND visit.start_at < ? AND visit.end_at <= ? AND (visit.end_at > ? OR visit.start_at >= ?) ${onlyKeys}
       ORDER BY agent.agent, visit.start_at, visit.ordinal LIMIT ?`,
      [
        ...[...list, trackNumber(track), trackNumber(track), from, from],
        ...[effectiveEnd, effectiveEnd, from, from],
        ...[...(keys ?? []), limit - found + 1],
      ],
    );
    found += rows.length;
    if (found > limit) throw new QueryTooLargeError('visits', limit);
    for (const { agent, key, start_at: start, end_at: end } of rows) {
      const agentId = ids.get(agent) ?? '';
      const own = visits.get(agentId);
      if (own) own.push({ key, start, end });
      else visits.set(agentId, [{ key, start, end }]);
    }
  }
  return visits;
}

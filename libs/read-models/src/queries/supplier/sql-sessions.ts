// Sign-in sessions of many agents: the login intervals of a window, back to the last sign-out before it and on to the
// first one after it, so that a session is always whole.
import { sessionsOfIntervals, type Actor, type Session, type SessionsQuery } from '@libs/domain';
import type { Sql } from '../../sql.js';
import { trackNumber } from '../../writer/agent-record.js';
import { NO_AGENT, paddedLists, places, type AgentNumbers } from './padded-lists.js';

interface LoginRow {
  agent: number;
  key: string;
  start_at: number;
  end_at: number | null;
  uncertain_from: number | null;
  inferred: number;
  started_by: Actor | null;
  ended_by: Actor | null;
}

export async function sqlSessions(
  sql: Sql,
  numbers: AgentNumbers,
  { agentIds, from, effectiveEnd }: SessionsQuery,
): Promise<Map<string, Session[]>> {
  const ids = new Map(agentIds.map((agentId) => [numbers.get(agentId) ?? NO_AGENT, agentId]));
  const login = trackNumber('login');
  const sessions = new Map<string, Session[]>();
  for (const { list } of paddedLists([...ids.keys()], NO_AGENT)) {
    const rows = await sql.all<LoginRow>(
      // From the agents on, so that each has bounds of its own for one range of the index.
      `SELECT agent.agent, series.key, login.start_at, login.end_at, login.uncertain_from,
         login.inferred, login.started_by, login.ended_by
       FROM agent CROSS JOIN status_interval AS login JOIN series ON series.series = login.series
       WHERE agent.agent IN (${places(list)}) AND login.agent = agent.agent AND login.track = ?
         AND login.start_at >= coalesce((
           SELECT (SELECT earlier.start_at FROM status_interval AS earlier
             WHERE earlier.series = signed_out.series AND earlier.start_at < ?
             ORDER BY earlier.start_at DESC, earlier.ordinal DESC LIMIT 1)
           FROM series AS signed_out WHERE signed_out.agent = agent.agent
             AND signed_out.track = ? AND signed_out.key = 'signed-out'), ?)
         AND login.start_at <= coalesce((
           SELECT (SELECT later.start_at FROM status_interval AS later
             WHERE later.series = signed_out.series AND later.start_at >= ?
             ORDER BY later.start_at, later.ordinal LIMIT 1)
           FROM series AS signed_out WHERE signed_out.agent = agent.agent
             AND signed_out.track = ? AND signed_out.key = 'signed-out'), ?)
       ORDER BY agent.agent, login.start_at, login.ordinal`,
      [
        ...[...list, login, from, login, Number.MIN_SAFE_INTEGER],
        ...[effectiveEnd, login, Number.MAX_SAFE_INTEGER],
      ],
    );
    for (const [agent, own] of byAgent(rows))
      sessions.set(ids.get(agent) ?? '', sessionsOfIntervals(own.map(asInterval)));
  }
  return sessions;
}

function byAgent(rows: readonly LoginRow[]): Map<number, LoginRow[]> {
  const groups = new Map<number, LoginRow[]>();
  for (const row of rows) {
    const own = groups.get(row.agent);
    if (own) own.push(row);
    else groups.set(row.agent, [row]);
  }
  return groups;
}

function asInterval(row: LoginRow): Parameters<typeof sessionsOfIntervals>[0][number] {
  const { key, start_at: start, end_at: end, uncertain_from: uncertainFrom } = row;
  return {
    key,
    start,
    end,
    uncertainFrom,
    inferred: row.inferred === 1,
    startedBy: row.started_by,
    endedBy: row.ended_by,
  };
}

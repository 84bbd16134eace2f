// One agent's sign-in sessions, and where the agent's events stand in the log.
import { eventIdOf, sessionsInWindow } from '@libs/domain';
import { z } from 'zod';
import type { Sql } from '../sql.js';
import { effectiveEnd, findAgent, instant, paged, resumed } from './find-agent.js';
import type { AgentWindowParameters, QueryReply } from './queries.js';
import { sqlSessions } from './supplier/sql-sessions.js';

export async function sessions(sql: Sql, parameters: AgentWindowParameters): Promise<QueryReply> {
  const { account, agentId, from, to, asOf, limit, after } = parameters;
  const { agent } = await findAgent(sql, account, agentId);
  const end = effectiveEnd(from, to, asOf);
  const all = await sqlSessions(sql, new Map([[agentId, agent]]), {
    agentIds: [agentId],
    from,
    effectiveEnd: end,
  });
  const last = resumed(after, z.int()) ?? -Infinity;
  const left = sessionsInWindow(all.get(agentId) ?? [], from, end).filter(({ start }) => start > last);
  const [page, next] = paged(left, limit, ({ start }) => start);
  const shown = page.map(
    ({ start, end: ended, open, durationMs, clippedMs, startedBy, endedBy, uncertain }) => ({
      ...{
        start: instant(start),
        end: instant(ended),
        open,
        durationMs,
        clippedMs,
        startedBy,
        endedBy,
        uncertain,
      },
    }),
  );
  return { body: { sessions: shown }, next };
}

/** By `at`, ties in the order of the log. Each row says what a page that begins behind it has as its `after`. */
export async function eventPlaces(sql: Sql, parameters: AgentWindowParameters): Promise<QueryReply> {
  const { account, agentId, from, to, limit, after } = parameters;
  const { agent } = await findAgent(sql, account, agentId);
  const [at, event] = resumed(after, z.tuple([z.int(), z.int()])) ?? [from, -1];
  const rows = await sql.all<{
    event: number;
    at: number;
    fingerprint: string;
    revision: number;
    recorded_at: number;
  }>(
    `SELECT event, at, fingerprint, revision, recorded_at FROM evidence
     WHERE agent = ? AND at >= ? AND at < ? AND (at > ? OR event > ?)
     ORDER BY at, event LIMIT ?`,
    [agent, at, to, at, event, limit + 1],
  );
  const placeOf = (row: { at: number; event: number }): [number, number] => [row.at, row.event];
  const [page, next] = paged(rows, limit, placeOf);
  const events = page.map((row) => ({
    ...{ eventId: eventIdOf(row.fingerprint), position: String(row.event), revision: row.revision },
    ...{ at: instant(row.at), recordedAt: instant(row.recorded_at), after: JSON.stringify(placeOf(row)) },
  }));
  return { body: { events }, next };
}

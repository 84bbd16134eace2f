// One agent's sign-in sessions, and where the agent's events stand in the log.
import { eventIdOf, sessionsInWindow } from '@libs/domain';
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
  const last = resumed<number>(after) ?? -Infinity;
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

/** In timeline order: `at`, then the order within one instant. */
export async function eventPlaces(sql: Sql, parameters: AgentWindowParameters): Promise<QueryReply> {
  const { account, agentId, from, to, limit, after } = parameters;
  const { agent } = await findAgent(sql, account, agentId);
  const [at, event] = resumed<[number, number]>(after) ?? [from, -1];
  const rows = await sql.all<{
    event: number;
    at: number;
    fingerprint: string;
    position: string;
    revision: number;
    recorded_at: number;
  }>(
    `SELECT event, at, fingerprint, position, revision, recorded_at FROM evidence
     WHERE agent = ? AND at >= ? AND at < ? AND (at > ? OR event > ?)
     ORDER BY at, event LIMIT ?`,
    [agent, at, to, at, event, limit + 1],
  );
  const [page, next] = paged(rows, limit, (row) => [row.at, row.event]);
  const events = page.map(({ fingerprint, position, revision, at: happened, recorded_at: recorded }) => ({
    ...{
      eventId: eventIdOf(fingerprint),
      position,
      revision,
      at: instant(happened),
      recordedAt: instant(recorded),
    },
  }));
  return { body: { events }, next };
}

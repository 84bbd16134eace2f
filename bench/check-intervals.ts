// The status intervals that a read model holds of one agent against the pure fold of the agent's events.
import { extractEvidence, foldTimeline, type DecodedUpdate } from '@libs/domain';
import type { Sql } from '@libs/read-models';
import { deepStrictEqual } from 'node:assert/strict';

/** `updates`: all of one agent that were projected. Throws where an interval or the sum before it differs. */
export async function checkIntervals(sql: Sql, updates: readonly DecodedUpdate[]): Promise<void> {
  const [{ data: { accountId, agentId } } = { data: { accountId: '', agentId: '' } }] = updates;
  const rows = await sql.all<Readonly<Record<string, unknown>>>(
    `SELECT series.key, start_at, end_at, uncertain_from, inferred, sum_ms
     FROM agent CROSS JOIN status_interval AS one JOIN series ON series.series = one.series
     WHERE account = ? AND agent_id = ? AND one.agent = agent.agent AND one.track = 0 ORDER BY ordinal`,
    [accountId, agentId],
  );
  const { intervals } = foldTimeline(
    updates.map(({ eventId, fingerprint, data }) => extractEvidence(eventId, fingerprint, data)),
  );
  const sums = new Map<string, number>();
  const pure = intervals.status.map(({ key, start, end, uncertainFrom, inferred }) => {
    const before = sums.get(key) ?? 0;
    sums.set(key, before + (end ?? start) - start);
    return [key, start, end, uncertainFrom, inferred ? 1 : 0, before];
  });
  deepStrictEqual(rows.map(Object.values), pure, `the status intervals of agent ${agentId}`);
}

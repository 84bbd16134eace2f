// The agents of an account as a report needs them: names as they were, and dated teams and zones where it asks for them.
import type { Dated, ReportAgent, Team } from '@libs/domain';
import type { Sql } from '../../sql.js';
import { BY_AGENT_NUMBER } from '../find-agent.js';
import type { ReportParameters } from '../queries.js';

interface AgentRow {
  agent: number;
  agent_id: string;
  name: string | null;
}

export interface ReportAgents {
  readonly agents: readonly ReportAgent[];
  readonly numbers: ReadonlyMap<string, number>;
}

/** `end`: the effective end, at which names are read. */
export async function loadReportAgents(
  sql: Sql,
  parameters: ReportParameters,
  end: number,
): Promise<ReportAgents> {
  const { account, groupBy, teamIds, tz } = parameters;
  const rows = await sql.all<AgentRow>(
    `SELECT agent, agent_id, name FROM agent WHERE account = ? ORDER BY ${BY_AGENT_NUMBER}`,
    [account],
  );
  const teams =
    groupBy === 'team' || teamIds.length > 0 ? await dated<readonly Team[]>(sql, account, 'teams') : null;
  const zones = tz === 'agent' ? await dated<string>(sql, account, 'timeZone') : null;
  const earlierNames = await namesChangedSince(sql, account, end);
  const agents = rows.map(({ agent, agent_id: agentId, name }) => ({
    agentId,
    name: earlierNames.get(agent) ?? name,
    teams: teams?.get(agent) ?? [],
    timeZones: zones?.get(agent) ?? [],
  }));
  return { agents, numbers: new Map(rows.map(({ agent, agent_id: agentId }) => [agentId, agent])) };
}

async function dated<T>(sql: Sql, account: string, attribute: string): Promise<Map<number, Dated<T>[]>> {
  const rows = await sql.all<{ agent: number; at: number; value: string }>(
    `SELECT attribute.agent, attribute.at, attribute.value
     FROM agent JOIN attribute ON attribute.agent = agent.agent
     WHERE agent.account = ? AND attribute.attribute = ?
     ORDER BY attribute.agent, attribute.at, attribute.n`,
    [account, attribute],
  );
  const values = new Map<number, Dated<T>[]>();
  for (const { agent, at, value } of rows) {
    const own = values.get(agent);
    const entry = { at, value: JSON.parse(value) as T };
    if (own) own.push(entry);
    else values.set(agent, [entry]);
  }
  return values;
}

/** The names at `end` of the agents that were renamed after it; the first name holds before it was first stated, too. */
async function namesChangedSince(sql: Sql, account: string, end: number): Promise<Map<number, string>> {
  const rows = await sql.all<{ agent: number; value: string | null }>(
    `SELECT agent.agent, coalesce(
       (SELECT value FROM attribute WHERE attribute.agent = agent.agent AND attribute = 'name' AND at <= ?
        ORDER BY at DESC, n DESC LIMIT 1),
       (SELECT value FROM attribute WHERE attribute.agent = agent.agent AND attribute = 'name'
        ORDER BY at, n LIMIT 1)) AS value
     FROM agent WHERE account = ? AND EXISTS (
       SELECT 1 FROM attribute WHERE attribute.agent = agent.agent AND attribute = 'name' AND at > ?)`,
    [end, account, end],
  );
  return new Map(
    rows.map(({ agent, value }) => [agent, value === null ? '' : (JSON.parse(value) as string)]),
  );
}

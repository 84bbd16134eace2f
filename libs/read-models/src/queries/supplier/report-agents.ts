// The agents of an account as a report needs them: names as they were, and dated teams and zones where it asks for them.
import type { Dated, ReportAgent, Team } from '@libs/domain';
import { givenRows, givenTable } from '../../given-rows.js';
import type { Dialect, Sql } from '../../sql.js';
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
  const { groupBy, teamIds, tz } = parameters;
  const wanted = wantedAgents(sql.dialect, parameters);
  const rows = await sql.all<AgentRow>(
    `WITH ${wanted.table} SELECT agent, agent_id, name FROM wanted ORDER BY ${BY_AGENT_NUMBER}`,
    wanted.values,
  );
  const teams =
    groupBy === 'team' || teamIds.length > 0 ? await dated<readonly Team[]>(sql, wanted, 'teams') : null;
  const zones = tz === 'agent' ? await dated<string>(sql, wanted, 'timeZone') : null;
  const earlierNames = await namesChangedSince(sql, wanted, end);
  const agents = rows.map(({ agent, agent_id: agentId, name }) => ({
    agentId,
    name: earlierNames.get(agent) ?? name,
    teams: teams?.get(agent) ?? [],
    timeZones: zones?.get(agent) ?? [],
  }));
  return { agents, numbers: new Map(rows.map(({ agent, agent_id: agentId }) => [agentId, agent])) };
}

interface WantedAgents {
  /** `wanted AS (…)`: the rows of `agent`, to stand after WITH. */
  readonly table: string;
  readonly values: readonly string[];
}

/** The agents asked for by id, found one by one, or all of the account. */
function wantedAgents(dialect: Dialect, { account, agentIds }: ReportParameters): WantedAgents {
  if (agentIds.length === 0) {
    return { table: 'wanted AS (SELECT * FROM agent WHERE account = ?)', values: [account] };
  }
  const asked = givenTable(dialect, 'asked', { agent_id: 'TEXT' });
  const ids = [...new Set(agentIds)].map((id) => ({ agent_id: id }));
  return {
    table: `${asked}, wanted AS (SELECT agent.* FROM asked CROSS JOIN agent
      WHERE agent.account = ? AND agent.agent_id = asked.agent_id)`,
    values: [givenRows(ids), account],
  };
}

async function dated<T>(sql: Sql, wanted: WantedAgents, attribute: string): Promise<Map<number, Dated<T>[]>> {
  const rows = await sql.all<{ agent: number; at: number; value: string }>(
    `WITH ${wanted.table} SELECT attribute.agent, attribute.at, attribute.value
     FROM wanted JOIN attribute ON attribute.agent = wanted.agent
     WHERE attribute.attribute = ?
     ORDER BY attribute.agent, attribute.at, attribute.n`,
    [...wanted.values, attribute],
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
async function namesChangedSince(sql: Sql, wanted: WantedAgents, end: number): Promise<Map<number, string>> {
  const rows = await sql.all<{ agent: number; value: string | null }>(
    `WITH ${wanted.table} SELECT wanted.agent, coalesce(
       (SELECT value FROM attribute WHERE attribute.agent = wanted.agent AND attribute = 'name' AND at <= ?
        ORDER BY at DESC, n DESC LIMIT 1),
       (SELECT value FROM attribute WHERE attribute.agent = wanted.agent AND attribute = 'name'
        ORDER BY at, n LIMIT 1)) AS value
     FROM wanted WHERE EXISTS (
       SELECT 1 FROM attribute WHERE attribute.agent = wanted.agent AND attribute = 'name' AND at > ?)`,
    [...wanted.values, end, end],
  );
  return new Map(
    rows.map(({ agent, value }) => [agent, value === null ? '' : (JSON.parse(value) as string)]),
  );
}

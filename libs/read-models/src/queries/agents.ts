// Agents as they are now: every track's value and since when, and the dated attributes.
import { categoryOfKey, labelOf, TRACKS, type FoldState } from '@libs/domain';
import type { Sql } from '../sql.js';
import {
  BY_AGENT_NUMBER,
  demandAccount,
  findAgent,
  instant,
  paged,
  resumed,
  stateOf,
  type AgentRow,
} from './find-agent.js';
import type { AgentParameters, ListParameters, QueryReply } from './queries.js';

export async function agents(sql: Sql, parameters: ListParameters): Promise<QueryReply> {
  const [page, next] = await agentPage(sql, parameters);
  return { body: { agents: page.map(agentNow) }, next };
}

export async function agent(sql: Sql, { account, agentId }: AgentParameters): Promise<QueryReply> {
  const row = await findAgent(sql, account, agentId);
  const dated = await sql.all<{ attribute: string; at: number; value: string }>(
    'SELECT attribute, at, value FROM attribute WHERE agent = ? ORDER BY attribute, at, n',
    [row.agent],
  );
  const history: Record<string, { from: string; value: unknown }[]> = {};
  for (const { attribute, at, value } of dated) {
    (history[attribute] ??= []).push({ from: instant(at), value: JSON.parse(value) });
  }
  return { body: { ...agentNow(row), history }, next: null };
}

/** Every agent's status, and how long the agent has been in it. */
export async function live(sql: Sql, parameters: ListParameters): Promise<QueryReply> {
  const [page, next] = await agentPage(sql, parameters);
  const { asOf } = parameters;
  const now = page.map((row) => {
    const status = trackNow(stateOf(row), 'status');
    const ms = status === null ? null : Math.max(0, asOf - status.start);
    const { key = null, category = null, label = null, since = null } = status?.shown ?? {};
    return { agentId: row.agent_id, name: row.name, key, category, label, since, ms };
  });
  return { body: { asOf: instant(asOf), agents: now }, next };
}

async function agentPage(
  sql: Sql,
  { account, limit, after }: ListParameters,
): Promise<[AgentRow[], string | null]> {
  await demandAccount(sql, account);
  const last = resumed<string>(after) ?? '';
  const rows = await sql.all<AgentRow>(
    `SELECT agent, agent_id, name, last_at, state FROM agent
     WHERE account = ? AND (length(agent_id) > ? OR (length(agent_id) = ? AND agent_id > ?))
     ORDER BY ${BY_AGENT_NUMBER} LIMIT ?`,
    [account, last.length, last.length, last, limit + 1],
  );
  return paged(rows, limit, (row) => row.agent_id);
}

function agentNow(row: AgentRow): Record<string, unknown> {
  const state = stateOf(row);
  const { email = null, timeZone = null, deleted = null, teams = null } = state.attributes;
  const tracks = Object.fromEntries(TRACKS.map((track) => [track, trackNow(state, track)?.shown ?? null]));
  return {
    ...{ agentId: row.agent_id, name: row.name, email, timeZone, deleted },
    teams: teams?.map(({ id, name = null }) => ({ teamId: id, teamName: name })) ?? null,
    tracks,
    lastEventAt: instant(row.last_at),
  };
}

interface TrackNow {
  readonly start: number;
  readonly shown: { key: string; category: string | null; label: string; since: string };
}

function trackNow(state: FoldState, track: (typeof TRACKS)[number]): TrackNow | null {
  const { open = null, known = null } = state.tracks[TRACKS.indexOf(track)] ?? {};
  if (!open) return null;
  const { key, start } = open;
  const category = track === 'status' ? categoryOfKey(key) : null;
  return { start, shown: { key, category, label: labelOf(track, key, known?.name), since: instant(start) } };
}

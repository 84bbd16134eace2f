// Agents as they are now: every track's value and since when, and the dated attributes.
import { categoryOfKey, labelOf, TRACKS, type FoldState, type Track } from '@libs/domain';
import { z } from 'zod';
import type { Sql } from '../sql.js';
import { trackNumber } from '../writer/agent-record.js';
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
  const shown: Record<string, unknown>[] = [];
  for (const row of page) shown.push(await agentNow(sql, row, parameters.asOf));
  return { body: { agents: shown }, next };
}

export async function agent(sql: Sql, { account, agentId, asOf }: AgentParameters): Promise<QueryReply> {
  const row = await findAgent(sql, account, agentId);
  const dated = await sql.all<{ attribute: string; at: number; value: string }>(
    'SELECT attribute, at, value FROM attribute WHERE agent = ? ORDER BY attribute, at, n',
    [row.agent],
  );
  const history: Record<string, { from: string; value: unknown }[]> = {};
  for (const { attribute, at, value } of dated) {
    (history[attribute] ??= []).push({ from: instant(at), value: JSON.parse(value) });
  }
  return { body: { ...(await agentNow(sql, row, asOf)), history }, next: null };
}

/** Every agent's status, and how long the agent has been in it. */
export async function live(sql: Sql, parameters: ListParameters): Promise<QueryReply> {
  const [page, next] = await agentPage(sql, parameters);
  const { asOf } = parameters;
  const shown: Record<string, unknown>[] = [];
  for (const row of page) {
    const status = await valueNow(sql, row, stateOf(row), 'status', asOf);
    const now = status === null ? NOTHING : { ...shownValue('status', status), ms: asOf - status.start };
    shown.push({ agentId: row.agent_id, name: row.name, ...now });
  }
  return { body: { asOf: instant(asOf), agents: shown }, next };
}

async function agentPage(
  sql: Sql,
  { account, limit, after }: ListParameters,
): Promise<[AgentRow[], string | null]> {
  await demandAccount(sql, account);
  const last = resumed(after, z.string()) ?? '';
  const rows = await sql.all<AgentRow>(
    `SELECT agent, agent_id, name, last_at, state FROM agent
     WHERE account = ? AND (length(agent_id) > ? OR (length(agent_id) = ? AND agent_id > ?))
     ORDER BY ${BY_AGENT_NUMBER} LIMIT ?`,
    [account, last.length, last.length, last, limit + 1],
  );
  return paged(rows, limit, (row) => row.agent_id);
}

async function agentNow(sql: Sql, row: AgentRow, asOf: number): Promise<Record<string, unknown>> {
  const state = stateOf(row);
  const { email = null, timeZone = null, deleted = null, teams = null } = state.attributes;
  const tracks: Record<string, unknown> = {};
  for (const track of TRACKS) {
    const value = await valueNow(sql, row, state, track, asOf);
    tracks[track] = value && shownValue(track, value);
  }
  return {
    ...{ agentId: row.agent_id, name: row.name, email, timeZone, deleted },
    teams: teams?.map(({ id, name = null }) => ({ teamId: id, teamName: name })) ?? null,
    tracks,
    lastEventAt: instant(row.last_at),
  };
}

const NOTHING = { key: null, category: null, label: null, since: null, ms: null };

interface Value {
  readonly key: string;
  readonly label: string;
  readonly start: number;
}

function shownValue(track: Track, { key, label, start }: Value): Record<string, unknown> {
  return { key, category: track === 'status' ? categoryOfKey(key) : null, label, since: instant(start) };
}

/** From the fold's state; from the intervals if an event lies ahead of the clock (up to a day is accepted). */
async function valueNow(
  sql: Sql,
  row: AgentRow,
  state: FoldState,
  track: Track,
  asOf: number,
): Promise<Value | null> {
  if (row.last_at > asOf) return valueAt(sql, row.agent, track, asOf);
  const { open = null, known = null } = state.tracks[trackNumber(track)] ?? {};
  return open && { key: open.key, label: labelOf(track, open.key, known?.name), start: open.start };
}

async function valueAt(sql: Sql, agent: number, track: Track, t: number): Promise<Value | null> {
  const [last] = await sql.all<Value & { end_at: number | null }>(
    `SELECT series.key, status_interval.label, status_interval.start_at AS start, status_interval.end_at
     FROM status_interval JOIN series ON series.series = status_interval.series
     WHERE status_interval.agent = ? AND status_interval.track = ? AND status_interval.start_at <= ?
     ORDER BY status_interval.start_at DESC, status_interval.ordinal DESC LIMIT 1`,
    [agent, trackNumber(track), t],
  );
  return last && (last.end_at === null || last.end_at > t) ? last : null;
}

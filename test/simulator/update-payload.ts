// The payload that Freshworks would send for a step of an agent, in either wrapper and any form of time, and payloads of
// another product. Attributes that Freshworks derives are sometimes missing from the diff, as they are in real ones.
import type { Json, JsonObject } from '@libs/domain';
import type { Random } from './agent-week.js';
import { sameStatus, type AgentState } from './agent-state.js';
import type { Step } from './true-intervals.js';

/** Never stored, logged or forwarded. */
export const SECRET = 'do-not-store-me';

export interface Person {
  readonly accountId: number;
  readonly agentId: number;
  readonly name: string;
  /** A Rails name. */
  readonly timeZone: string;
}

type Stamp = (at: number) => string;
type Diff = Record<string, Json>;

/** `first`: the diff of an agent's first payload is whole, so that what was before it can be told. */
export function updatePayload(
  random: Random,
  person: Person,
  { before, after, moment }: Step,
  first: boolean,
): JsonObject {
  const stamp = random(2) === 0 ? railsTime : isoTime;
  const agent = agentOf(person, after, stamp);
  const isSelf = moment.actor === 'self';
  const actor: JsonObject = {
    id: isSelf ? userId(person) : 999_001,
    account_id: person.accountId,
    name: isSelf ? person.name : 'Supervisor',
    account_admin: !isSelf,
    agent: isSelf ? agent : {},
  };
  const changes = { model_changes: diffOf(before, after, stamp, !first && random(3) === 0) };
  return wrapped(random, person, moment.at, { actor, agent, associations: {}, changes });
}

/** Of Freshdesk, under the same event name. */
export function foreignPayload(random: Random, accountId: number, number: number): JsonObject {
  return {
    event: 'onAgentUpdate',
    account_id: String(accountId),
    domain: 'acme.freshdesk.com',
    timestamp: 1_761_600_000 + number,
    data: {
      agent: { id: String(64_000 + number), available: random(2) === 0, signature_html: '<p>x</p>' },
      changes: { model_changes: { signature_html: ['', '<p>x</p>'] } },
    },
  };
}

function wrapped(random: Random, { accountId }: Person, at: number, data: JsonObject): JsonObject {
  const timestamp = [at / 1_000, at / 1_000 + 0.25, at, String(at)][random(4)] ?? at;
  const common = { event: 'onAgentUpdate', region: 'US', timestamp, data, iparams: { api_key: SECRET } };
  if (random(2) === 0) return { ...common, account_id: String(accountId), domain: 'acme.freshcaller.com' };
  const currentHost = {
    subscribed_modules: ['caller_agent'],
    endpoint_urls: { freshcaller: 'https://acme.freshcaller.com' },
  };
  return { ...common, version: '2.0', currentHost };
}

function agentOf(person: Person, state: AgentState, stamp: Stamp): JsonObject {
  const { accountId, agentId, name, timeZone } = person;
  return {
    id: agentId,
    user_id: userId(person),
    account_id: accountId,
    freshid_uuid: `5b0e1f6c-64b9-4d2f-8a2b-${String(agentId).padStart(12, '0')}`,
    name,
    email: `agent.${agentId}@example.com`,
    time_zone: timeZone,
    deleted: false,
    preference: 1,
    created_at: '2021-03-02 09:10:11 UTC',
    mobile_app_status_id: 1,
    mobile_app_status_name: 'Offline',
    teams: state.teams.map((team) => ({ ...team })),
    ...storedOf(state),
    ...derivedOf(state),
    last_status_change_at: stamp(state.statusSince),
    updated_at: stamp(state.updatedAt),
  };
}

const storedOf = ({ status, statusId, availableOn, loggedIn }: AgentState): JsonObject => {
  return { status, browser_status_id: statusId, available_on: availableOn, logged_in: loggedIn };
};

const derivedOf = ({ statusId, statusName }: AgentState): JsonObject => {
  return { browser_status_name: statusName, common_status_id: statusId, common_status_name: statusName };
};

function diffOf(before: AgentState, after: AgentState, stamp: Stamp, storedOnly: boolean): Diff {
  const diff: Diff = {};
  const compare = (old: JsonObject, now: JsonObject): void => {
    for (const [name, value] of Object.entries(now)) {
      if (old[name] !== value) diff[name] = [old[name] ?? null, value];
    }
  };
  compare(storedOf(before), storedOf(after));
  if (!storedOnly) compare(derivedOf(before), derivedOf(after));
  if (!sameStatus(before, after))
    diff.last_status_change_at = [stamp(before.statusSince), stamp(after.statusSince)];
  if (before.teams !== after.teams) {
    const beyond = (teams: AgentState['teams'], others: AgentState['teams']): Json =>
      teams.filter(({ id }) => others.every((other) => other.id !== id)).map((team) => ({ ...team }));
    diff.teams = { added: beyond(after.teams, before.teams), removed: beyond(before.teams, after.teams) };
  }
  diff.updated_at = [stamp(before.updatedAt), stamp(after.updatedAt)];
  return diff;
}

const userId = ({ agentId }: Person): number => agentId + 5_000_000;

const isoTime: Stamp = (at) => new Date(at).toISOString();

const railsTime: Stamp = (at) => `${isoTime(at).slice(0, 19).replace('T', ' ')} UTC`;

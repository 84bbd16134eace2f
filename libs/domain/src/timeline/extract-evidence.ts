// What a stored event says, read once (semantics §1 and §2). Runs for every event of every rebuild: it allocates what it
// returns and little else. It must not judge the event in the light of others; that is for order and fold.
import type { AgentUpdatedData, Json, JsonObject } from '../on-agent-update/agent-updated.js';
import { EARLIEST_AT } from '../on-agent-update/read-at.js';
import { readTime } from '../on-agent-update/read-time.js';
import { after, attributeOf, before, modelChangesOf } from '../on-agent-update/attribute.js';
import { integerText, isObject, readBoolean, readCode, readText } from '../on-agent-update/read-values.js';
import type { Evidence, Team } from './evidence.js';
import { tracksOf } from './extract-evidence-tracks.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Throws nothing for any event that was decoded; what has a wrong type states nothing. */
export function extractEvidence(eventId: string, fingerprint: string, data: AgentUpdatedData): Evidence {
  const { agent, at } = data;
  const diff = modelChangesOf(data.changes);
  const lastChange = attributeOf(agent, diff, 'last_status_change_at');
  const updated = attributeOf(agent, diff, 'updated_at');

  const evidence: Mutable<Evidence> = {
    fingerprint,
    eventId,
    at,
    by: actorOf(data),
    tracks: tracksOf(agent, diff, lastChange),
  };
  const statusAt = plausible(readTime(after(lastChange)), at);
  if (statusAt !== undefined) evidence.statusAt = statusAt;
  const beforeSince = plausible(readTime(before(lastChange)), at);
  if (beforeSince !== undefined) evidence.beforeSince = beforeSince;
  if (lastChange.pair) evidence.lscInDiff = true;
  const updatedBefore = readTime(before(updated));
  if (updatedBefore !== undefined) evidence.updatedBefore = storable(updatedBefore);
  const updatedAfter = data.atFromWrapper ? undefined : readTime(after(updated));
  if (updatedAfter !== undefined) evidence.updatedAfter = updatedAfter;
  addDatedAttributes(evidence, data, diff);
  return evidence;
}

function addDatedAttributes(
  evidence: Mutable<Evidence>,
  data: AgentUpdatedData,
  diff: JsonObject | undefined,
): void {
  const { agent, personal } = data;
  const deleted = readBoolean(after(attributeOf(agent, diff, 'deleted')));
  if (deleted !== undefined) evidence.deleted = deleted;
  const timeZone = readText(after(attributeOf(agent, diff, 'time_zone')));
  if (timeZone !== undefined) evidence.timeZone = timeZone;
  const teams = readTeams(after(attributeOf(agent, diff, 'teams')));
  if (teams) evidence.teams = teams;

  const personalAgent = isObject(personal.agent) ? personal.agent : undefined;
  const personalDiff = modelChangesOf(personal.changes);
  const name = readText(after(attributeOf(personalAgent, personalDiff, 'name')));
  if (name !== undefined) evidence.name = name;
  const email = readText(after(attributeOf(personalAgent, personalDiff, 'email')));
  if (email !== undefined) evidence.email = email;
}

/** Items count if they have a string or an integer as id; of one id the first. */
function readTeams(value: Json | undefined): readonly Team[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const teams: Team[] = [];
  for (const item of value) {
    if (!isObject(item)) continue;
    const id = typeof item.id === 'number' ? integerText(item.id) : readText(item.id);
    if (id === undefined || teams.some((team) => team.id === id)) continue;
    const name = readText(item.name);
    teams.push(name === undefined ? { id } : { id, name });
  }
  return teams;
}

function actorOf({ agent, actor }: AgentUpdatedData): Evidence['by'] {
  const actorId = readCode(actor?.id);
  return actorId !== undefined && actorId === readCode(agent.user_id) ? 'self' : 'other';
}

function plausible(time: number | undefined, at: number): number | undefined {
  return time !== undefined && time >= EARLIEST_AT && time <= at ? time : undefined;
}

/** Times of any size are readable, but only integers can be kept; no event's own time comes near the limit. */
function storable(time: number): number {
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, time));
}

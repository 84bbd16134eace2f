// Splits a payload's `data` into what may lie open in the log and what is personal, and joins both again, exactly.
// Whatever is not understood counts as personal: nothing of unknown shape may stay outside.
import type { AgentUpdatedData, Json, JsonObject } from './agent-updated.js';
import { equalJson } from './json-text.js';
import { isObject, isScalar } from './read-values.js';

/**
 * The layout of `personal`; every member only if needed.
 * `agent`: the agent's personal attributes. `changes`: if the open `changes` is an object, by its members: the personal
 * attributes' entries, or a whole member that is no object; else the whole value. `actor`: if the open `actor` is an
 * object, the rest of it; else the whole value. `actorAgent`: how `actor.agent` differs from `agent` (`set`: differing or
 * further members, `missing`: names of absent ones). `associations`: null if it was given as null. `rest`: every other
 * member of `data`.
 */
export type SplitData = Pick<AgentUpdatedData, 'agent' | 'changes' | 'associations' | 'actor' | 'personal'>;

const PERSONAL_ATTRIBUTES = new Set(['name', 'email', 'freshid_uuid']);
const OPEN_ACTOR_ATTRIBUTES = new Set(['id', 'account_id', 'account_admin']);
const SPLIT_MEMBERS = new Set(['agent', 'changes', 'associations', 'actor']);

/** `data.agent` must be an object, and `data` not too deep to recurse. */
export function splitPersonal(data: JsonObject): SplitData {
  const personal: JsonObject = {};
  const agent = isObject(data.agent) ? data.agent : {};
  const open = { agent: splitAgent(agent, personal), changes: splitChanges(data.changes, personal) };
  return { ...open, ...splitOthers(data, agent, personal), personal };
}

/** `data` as received, from what `splitPersonal` made of it. */
export function joinPersonal(split: SplitData): JsonObject {
  const { personal } = split;
  const agent = merge(split.agent, personal.agent);
  const data: JsonObject = merge({ agent }, personal.rest);
  const changes = split.changes === null ? personal.changes : joinChanges(split.changes, personal.changes);
  const associations = split.associations ?? personal.associations;
  const actor = split.actor === null ? personal.actor : joinActor(split.actor, agent, personal);
  if (changes !== undefined) data.changes = changes;
  if (associations !== undefined) data.associations = associations;
  if (actor !== undefined) data.actor = actor;
  return data;
}

/** Everything but `agent` and `changes`. */
export function splitOthers(
  data: JsonObject,
  agent: JsonObject,
  personal: JsonObject,
): Pick<SplitData, 'associations' | 'actor'> {
  const actor = splitActor(data.actor, agent, personal);
  if (data.associations === null) personal.associations = null;
  const hasRest = Object.keys(data).some((name) => !SPLIT_MEMBERS.has(name));
  if (hasRest) personal.rest = pick(data, (name) => !SPLIT_MEMBERS.has(name));
  return { associations: data.associations ?? null, actor };
}

export const isPersonal = (name: string): boolean => PERSONAL_ATTRIBUTES.has(name);

function splitAgent(agent: JsonObject, personal: JsonObject): JsonObject {
  const [apart, open] = partition(agent, isPersonal);
  keep(personal, 'agent', apart);
  return open;
}

function splitChanges(changes: Json | undefined, personal: JsonObject): Json {
  if (!isObject(changes)) {
    if (changes !== undefined) personal.changes = changes;
    return null;
  }
  const open: JsonObject = {};
  const apart: JsonObject = {};
  for (const [member, entries] of Object.entries(changes)) {
    if (!isObject(entries)) {
      put(apart, member, entries);
      continue;
    }
    const [personalEntries, openEntries] = partition(entries, isPersonal);
    put(open, member, openEntries);
    keep(apart, member, personalEntries);
  }
  keep(personal, 'changes', apart);
  return open;
}

function joinChanges(open: Json, apart: Json | undefined): Json {
  if (!isObject(open) || !isObject(apart)) return open;
  const changes = { ...open };
  for (const [member, entries] of Object.entries(apart)) {
    const openEntries = Object.hasOwn(open, member) ? open[member] : undefined;
    put(changes, member, isObject(openEntries) ? merge(openEntries, entries) : entries);
  }
  return changes;
}

function splitActor(actor: Json | undefined, agent: JsonObject, personal: JsonObject): JsonObject | null {
  if (!isObject(actor)) {
    if (actor !== undefined) personal.actor = actor;
    return null;
  }
  const [open, rest] = partition(actor, (name, value) => OPEN_ACTOR_ATTRIBUTES.has(name) && isScalar(value));
  const difference = isObject(actor.agent) ? differenceOf(actor.agent, agent) : undefined;
  if (difference) personal.actorAgent = difference;
  keep(personal, 'actor', difference ? pick(rest, (name) => name !== 'agent') : rest);
  return open;
}

function joinActor(open: JsonObject, agent: JsonObject, personal: JsonObject): JsonObject {
  const actor = merge(open, personal.actor);
  if (!isObject(personal.actorAgent)) return actor;
  const { set, missing } = personal.actorAgent;
  const isMissing = new Set(Array.isArray(missing) ? missing : []);
  actor.agent = merge(
    pick(agent, (name) => !isMissing.has(name)),
    set,
  );
  return actor;
}

/** Undefined if it would take more members than the nested agent itself. */
function differenceOf(nested: JsonObject, agent: JsonObject): JsonObject | undefined {
  if (equalJson(nested, agent)) return {};
  const set = pick(nested, (name) => !Object.hasOwn(agent, name) || !equalJson(nested[name], agent[name]));
  const missing = Object.keys(agent).filter((name) => !Object.hasOwn(nested, name));
  if (Object.keys(set).length + missing.length > Object.keys(nested).length) return undefined;
  const difference: JsonObject = {};
  keep(difference, 'set', set);
  if (missing.length > 0) difference.missing = missing;
  return difference;
}

/** The wanted members, and the others. */
function partition(
  object: JsonObject,
  wanted: (name: string, value: Json) => boolean,
): [wanted: JsonObject, others: JsonObject] {
  const [picked, others]: [JsonObject, JsonObject] = [{}, {}];
  for (const name of Object.keys(object)) {
    const value = object[name] ?? null;
    put(wanted(name, value) ? picked : others, name, value);
  }
  return [picked, others];
}

function pick(object: JsonObject, wanted: (name: string) => boolean): JsonObject {
  const picked: JsonObject = {};
  for (const name of Object.keys(object)) {
    if (wanted(name)) put(picked, name, object[name] ?? null);
  }
  return picked;
}

function merge(object: JsonObject, more: Json | undefined): JsonObject {
  return isObject(more) ? { ...object, ...more } : { ...object };
}

function keep(object: JsonObject, name: string, value: JsonObject): void {
  if (Object.keys(value).length > 0) put(object, name, value);
}

/** A plain assignment of `__proto__` would set the prototype and lose the member. */
function put(object: JsonObject, name: string, value: Json): void {
  if (name === '__proto__') {
    Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
  } else {
    object[name] = value;
  }
}

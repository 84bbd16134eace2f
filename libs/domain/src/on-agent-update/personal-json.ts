// What `personal.ts` splits, as JSON text. It must never differ from it by a character: it is only the cheaper way there.
import type { Json, JsonObject } from './agent-updated.js';
import type { WrittenObject } from './canonical-json.js';
import type { CanonicalParts } from './fingerprint.js';
import { isPersonal, splitOthers } from './personal.js';
import { isObject, isScalar } from './read-values.js';

/**
 * What `JSON.stringify` gives of what `splitPersonal` gives, without the braces; `written`: of the same `data`. The texts of
 * the agent's and the diff's members are there already: nothing is written twice.
 */
export function splitPersonalJson(data: JsonObject, written: CanonicalParts): string {
  const agent = isObject(data.agent) ? data.agent : {};
  const others: JsonObject = {};
  const { associations, actor } = splitOthers(data, agent, others);
  const [openAgent, personalAgent] = splitMembersJson(agent, written.agent);
  const [openChanges, personalChanges] = splitChangesJson(data.changes, written);
  const personal = [
    personalAgent === '' ? '' : `"agent":{${personalAgent}}`,
    personalChanges === '' ? '' : `"changes":${personalChanges}`,
    JSON.stringify(others).slice(1, -1),
  ].filter((text) => text !== '');
  return (
    `"agent":{${openAgent}},"changes":${openChanges},"associations":${JSON.stringify(associations)},` +
    `"actor":${JSON.stringify(actor)},"personal":{${personal.join(',')}}`
  );
}

/** The open members and the personal ones, each without the braces. */
function splitMembersJson(
  object: JsonObject,
  { names, labels, values }: WrittenObject,
): [open: string, personal: string] {
  let [open, personal] = ['', ''];
  for (let at = 0; at < names.length; at++) {
    const name = names[at] ?? '';
    const text = (labels[at] ?? '') + asReceived(object[name] ?? null, values[at] ?? '');
    if (isPersonal(name)) personal += personal === '' ? text : `,${text}`;
    else open += open === '' ? text : `,${text}`;
  }
  return [open, personal];
}

/** See `splitChanges`. `personal` is empty if nothing is. */
function splitChangesJson(
  changes: Json | undefined,
  { changes: written, changesMembers }: CanonicalParts,
): [open: string, personal: string] {
  if (!isObject(changes) || written === null) {
    return ['null', changes === undefined ? '' : JSON.stringify(changes)];
  }
  const open: string[] = [];
  const apart: string[] = [];
  written.names.forEach((name, index) => {
    const [entries, label] = [changes[name] ?? null, written.labels[index] ?? ''];
    const member = changesMembers[index] ?? null;
    if (!isObject(entries) || member === null) {
      apart.push(label + JSON.stringify(entries));
      return;
    }
    const [openEntries, personalEntries] = splitMembersJson(entries, member);
    open.push(`${label}{${openEntries}}`);
    if (personalEntries !== '') apart.push(`${label}{${personalEntries}}`);
  });
  return [`{${open.join(',')}}`, apart.length === 0 ? '' : `{${apart.join(',')}}`];
}

/** The canonical text of a value differs from its own only where there are members to sort. */
function asReceived(value: Json, canonical: string): string {
  const isSame = isScalar(value) || (Array.isArray(value) && value.every(isScalar));
  return isSame ? canonical : JSON.stringify(value);
}

// What an event says of each track, the value after and the value before (semantics §2). A part that is not known stays
// unknown: nothing is guessed here.
import type { Json, JsonObject } from '../on-agent-update/agent-updated.js';
import { after, attributeOf, before, heldBefore, type Attribute } from '../on-agent-update/attribute.js';
import { readBoolean, readCode } from '../on-agent-update/read-values.js';
import type { Evidence, Parts, Track, TrackEvidence } from './evidence.js';
import { normaliseName } from './status-identity.js';

type Tracks = { -readonly [T in keyof Evidence['tracks']]: TrackEvidence };

/** `lastChange` is the attribute `last_status_change_at`. */
export function tracksOf(
  agent: JsonObject,
  diff: JsonObject | undefined,
  lastChange: Attribute,
): Evidence['tracks'] {
  const browserId = attributeOf(agent, diff, 'browser_status_id');
  const browserName = attributeOf(agent, diff, 'browser_status_name');
  const mobileId = attributeOf(agent, diff, 'mobile_app_status_id');
  const mobileName = attributeOf(agent, diff, 'mobile_app_status_name');
  const deviceInDiff = browserId.pair ?? browserName.pair ?? mobileId.pair ?? mobileName.pair;

  const tracks: Tracks = {};
  put(tracks, 'status', statusOf(agent, diff, (lastChange.pair ?? deviceInDiff) !== undefined));
  put(tracks, 'browser', deviceOf(browserId, browserName));
  put(tracks, 'mobile', deviceOf(mobileId, mobileName));
  put(tracks, 'channel', codeOnly(attributeOf(agent, diff, 'available_on'), readCode));
  put(tracks, 'login', codeOnly(attributeOf(agent, diff, 'logged_in'), readBooleanCode));
  return tracks;
}

function statusOf(
  agent: JsonObject,
  diff: JsonObject | undefined,
  hintsAtChange: boolean,
): TrackEvidence | undefined {
  const code = attributeOf(agent, diff, 'status');
  const id = attributeOf(agent, diff, 'common_status_id');
  const name = attributeOf(agent, diff, 'common_status_name');
  const a = partsOf(readCode(after(code)), readCode(after(id)), readName(after(name)));
  // The name and the id are derived: when they are not in the diff, nothing is known of what they were.
  const b =
    hintsAtChange || code.pair || id.pair || name.pair
      ? partsOf(readCode(heldBefore(code)), readCode(before(id)), readName(before(name)))
      : undefined;
  return evidenceOf(a.code === undefined && a.name === undefined ? undefined : a, b);
}

function deviceOf(id: Attribute, name: Attribute): TrackEvidence | undefined {
  const a = partsOf(undefined, readCode(after(id)), readName(after(name)));
  const b =
    id.pair || name.pair ? partsOf(undefined, readCode(heldBefore(id)), readName(before(name))) : undefined;
  return evidenceOf(a.id === undefined && a.name === undefined ? undefined : a, b);
}

function codeOnly(
  attribute: Attribute,
  read: (value: Json | undefined) => string | undefined,
): TrackEvidence | undefined {
  const code = read(after(attribute));
  const b = attribute.pair ? partsOf(read(before(attribute)), undefined, undefined) : undefined;
  return evidenceOf(code === undefined ? undefined : { code }, b);
}

function partsOf(code: string | undefined, id: string | undefined, name: string | undefined): Parts {
  const parts: { -readonly [K in keyof Parts]: Parts[K] } = {};
  if (code !== undefined) parts.code = code;
  if (id !== undefined) parts.id = id;
  if (name !== undefined) parts.name = name;
  return parts;
}

function evidenceOf(a: Parts | undefined, b: Parts | undefined): TrackEvidence | undefined {
  if (a && b) return { a, b };
  if (a) return { a };
  return b && { b };
}

function put(tracks: Tracks, track: Track, evidence: TrackEvidence | undefined): void {
  if (evidence) tracks[track] = evidence;
}

function readName(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? normaliseName(value) : undefined;
}

function readBooleanCode(value: Json | undefined): string | undefined {
  return readBoolean(value)?.toString();
}

// Turns one payload into the event to store, or says why it is none (semantics §1). It never throws whatever JSON it is
// given, and its reasons name attributes, never their values: those can be personal data.
import {
  agentStream,
  type AgentUpdatedData,
  type AgentUpdatedSource,
  type Json,
  type JsonObject,
} from './agent-updated.js';
import { canonicalParts, eventIdOf, fingerprintOf, type CanonicalParts } from './fingerprint.js';
import { compactJson, isDeeperThan } from './json-text.js';
import { splitPersonalJson } from './personal-json.js';
import { splitPersonal } from './personal.js';
import { hostsOf, isOtherProduct, isOurHost } from './product.js';
import { notUnderstood, type NotUnderstood } from './quarantine-code.js';
import { readAt, type Time } from './read-at.js';
import { readIdentity, type Identity } from './read-identity.js';
import { isAbsent, isObject, isScalar } from './read-values.js';

/** UTF-8 bytes of a payload; of an array's item, of its compact JSON. */
export const MAX_PAYLOAD_BYTES = 262_144;
/** Levels of arrays and objects in `data`; what is deeper cannot be written as JSON again on every stack. */
export const MAX_DEPTH = 1000;
/** Passes over a byte order mark. */
const STRICT_UTF8 = new TextDecoder('utf-8', { fatal: true });
const SECRETS = ['iparams', 'app_settings'] as const;

export interface DecodedUpdate {
  readonly stream: string;
  /** UUID v8. */
  readonly eventId: string;
  /** 64 hex digits. */
  readonly fingerprint: string;
  readonly data: AgentUpdatedData;
}

export interface EncodedUpdate extends Identity {
  /** UUID v8. */
  readonly eventId: string;
  /** 64 hex digits. */
  readonly fingerprint: string;
  /** Epoch ms. */
  readonly at: number;
  /** An `AgentUpdatedData`. */
  readonly json: string;
}

export type EncodeResult = { readonly ok: true; readonly update: EncodedUpdate } | NotUnderstood;
export type DecodeResult = { readonly ok: true; readonly update: DecodedUpdate } | NotUnderstood;

export interface Reception {
  /** Epoch ms. */
  readonly receivedAt: number;
  /** UTF-8 bytes as received; without it (an item of an array) the compact JSON is measured. */
  readonly byteLength?: number;
}

export type ParseResult = { readonly ok: true; readonly payload: unknown } | NotUnderstood;

/** Parses one payload from its text or bytes. Invalid UTF-8 is not JSON; a byte order mark is passed over. */
export function parsePayload(input: string | Uint8Array): ParseResult {
  try {
    const text = typeof input === 'string' ? input.replace(/^\uFEFF/, '') : STRICT_UTF8.decode(input);
    return { ok: true, payload: JSON.parse(text) as unknown };
  } catch {
    return notUnderstood('not-json', 'The payload is not JSON in UTF-8.');
  }
}

/** Decodes one payload from its text or bytes. */
export function decodeAgentUpdateText(input: string | Uint8Array, receivedAt: number): DecodeResult {
  const parsed = parsePayload(input);
  if (!parsed.ok) return parsed;
  const byteLength = typeof input === 'string' ? Buffer.byteLength(input) : input.byteLength;
  return decodeAgentUpdate(parsed.payload, { receivedAt, byteLength });
}

/** Decodes one payload that is parsed JSON already. */
export function decodeAgentUpdate(parsed: unknown, reception: Reception): DecodeResult {
  const judged = judge(parsed, reception);
  if ('code' in judged) return judged;
  const { identity, time, data, source, fingerprint } = judged;
  const update: DecodedUpdate = {
    stream: agentStream(identity.accountId, identity.agentId),
    eventId: eventIdOf(fingerprint),
    fingerprint,
    data: { schemaVersion: 1, ...identity, ...time, ...splitPersonal(data), source },
  };
  return { ok: true, update };
}

/** `decodeAgentUpdate` for who only stores the event: `json` is what `JSON.stringify` gives of its data, and cheaper. */
export function encodeAgentUpdate(parsed: unknown, reception: Reception): EncodeResult {
  const judged = judge(parsed, reception);
  if ('code' in judged) return judged;
  const { identity, time, data, source, canonical, fingerprint } = judged;
  const { accountId, agentId } = identity;
  const { at, atFromWrapper } = time;
  const json =
    `{"schemaVersion":1,"accountId":"${accountId}","agentId":"${agentId}","at":${at},` +
    `"atFromWrapper":${atFromWrapper},${splitPersonalJson(data, canonical)},"source":${JSON.stringify(source)}}`;
  return { ok: true, update: { ...identity, at, eventId: eventIdOf(fingerprint), fingerprint, json } };
}

/** What an event is made of. */
interface Judged {
  readonly identity: Identity;
  readonly time: Time;
  readonly data: JsonObject;
  readonly source: AgentUpdatedSource;
  readonly canonical: CanonicalParts;
  readonly fingerprint: string;
}

function judge(parsed: unknown, { receivedAt, byteLength }: Reception): Judged | NotUnderstood {
  const payload = (parsed ?? null) as Json;
  if ((byteLength ?? Buffer.byteLength(compactJson(payload))) > MAX_PAYLOAD_BYTES) {
    return notUnderstood('too-large', `The payload is over ${MAX_PAYLOAD_BYTES} bytes.`);
  }
  if (!isObject(payload)) return notUnderstood('not-an-object', 'The payload is not a JSON object.');
  if (!isAbsent(payload.event) && payload.event !== 'onAgentUpdate') {
    return notUnderstood('other-event', 'event is not onAgentUpdate.');
  }

  const data = isAbsent(payload.data) && isObject(payload.agent) ? withoutSecrets(payload) : payload.data;
  if (!isObject(data) || !isObject(data.agent))
    return notUnderstood('missing-agent', 'data.agent is not an object.');
  const { agent } = data;
  const hosts = hostsOf(payload);
  if (isOtherProduct(hosts, agent))
    return notUnderstood('other-product', 'The host or the shape of agent is that of another product.');

  const identity = readIdentity(payload, agent);
  if ('code' in identity) return identity;
  const time = readAt(payload, agent, data.changes, receivedAt);
  if ('code' in time) return time;

  if (isDeeperThan(MAX_DEPTH, data))
    return notUnderstood('not-canonical', `data is nested over ${MAX_DEPTH} levels deep.`);
  const canonical = canonicalParts({
    accountId: identity.accountId,
    agent,
    changes: data.changes ?? null,
    ...(time.atFromWrapper ? { at: time.at } : {}),
  });
  if (canonical === undefined) {
    return notUnderstood(
      'not-canonical',
      'agent or changes holds a lone surrogate or a number beyond a double.',
    );
  }
  const source = sourceOf(payload, hosts);
  return { identity, time, data, source, canonical, fingerprint: fingerprintOf(canonical) };
}

/** The payload without the installation's parameters, which can hold secrets and are never stored. */
export function withoutSecrets(payload: Json): Json {
  if (!isObject(payload) || !SECRETS.some((name) => Object.hasOwn(payload, name))) return payload;
  const { iparams: _iparams, app_settings: _appSettings, ...rest } = payload;
  return rest;
}

function sourceOf(wrapper: JsonObject, hosts: readonly string[]): AgentUpdatedSource {
  const source: Record<string, Json> = {};
  for (const name of ['event', 'region', 'version', 'timestamp'] as const) {
    const value = wrapper[name];
    if (value !== undefined && isScalar(value)) source[name] = value;
  }
  const host = hosts.find(isOurHost);
  if (host !== undefined) source.host = host;
  return source;
}

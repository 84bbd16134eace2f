// What makes two deliveries one event: SHA-256 over the RFC 8785 canonical JSON of what the source said (semantics §1).
// The form must never change: event ids of everything ever stored come from it.
import { hash } from 'node:crypto';
import type { Json, JsonObject } from './agent-updated.js';
import { canonicalJson, NotCanonicalError, writeObject, type WrittenObject } from './canonical-json.js';
import { isObject } from './read-values.js';

/** The parts that are fingerprinted, as received. */
export interface Fingerprinted {
  readonly accountId: string;
  readonly agent: JsonObject;
  /** Null if absent. */
  readonly changes: Json;
  /** Epoch ms, only if the time came from the wrapper. */
  readonly at?: number;
}

/** What is fingerprinted as canonical JSON, and what that is made of. */
export interface CanonicalParts {
  readonly text: string;
  readonly agent: WrittenObject;
  /** Of `changes` where it is an object, and of its members where they are. */
  readonly changes: WrittenObject | null;
  readonly changesMembers: readonly (WrittenObject | null)[];
}

/** Undefined for lone surrogates and numbers beyond a double, which have no canonical form. */
export function canonicalParts(parts: Fingerprinted): CanonicalParts | undefined {
  try {
    return writeParts(parts);
  } catch (error) {
    if (error instanceof NotCanonicalError) return undefined;
    throw error;
  }
}

/** 64 hex digits. */
export const fingerprintOf = ({ text }: CanonicalParts): string => hash('sha256', text);

function writeParts({ accountId, agent, changes, at }: Fingerprinted): CanonicalParts {
  const changesMembers: (WrittenObject | null)[] = [];
  const writeMember = (value: Json): string => {
    const written = isObject(value) ? writeObject(value, canonicalJson) : null;
    changesMembers.push(written);
    return written?.text ?? canonicalJson(value);
  };
  const writtenAgent = writeObject(agent, canonicalJson);
  const writtenChanges = isObject(changes) ? writeObject(changes, writeMember) : null;
  // The members in the order of their code units.
  const text =
    `{"accountId":${canonicalJson(accountId)},"agent":${writtenAgent.text}` +
    (at === undefined ? '' : `,"at":${canonicalJson(at)}`) +
    `,"changes":${writtenChanges?.text ?? canonicalJson(changes)}}`;
  return { text, agent: writtenAgent, changes: writtenChanges, changesMembers };
}

/** Of a UUID: the two bits 10, and two of the fingerprint. */
const VARIANTS = '89ab';

/** UUID version 8 of the fingerprint's first 128 bits. */
export function eventIdOf(fingerprint: string): string {
  const variant = VARIANTS.charAt(Number.parseInt(fingerprint.charAt(16), 16) & 0x3);
  const part = (from: number, to: number): string => fingerprint.slice(from, to);
  return `${part(0, 8)}-${part(8, 12)}-8${part(13, 16)}-${variant}${part(17, 20)}-${part(20, 32)}`;
}

// What makes two deliveries one event: SHA-256 over the RFC 8785 canonical JSON of what the source said (semantics §1).
// The form must never change: event ids of everything ever stored come from it.
import { hash } from 'node:crypto';
import type { Json, JsonObject } from './agent-updated.js';
import { canonicalJson, NotCanonicalError } from './canonical-json.js';

/** The parts that are fingerprinted, as received. */
export type Fingerprinted = {
  readonly accountId: string;
  readonly agent: JsonObject;
  /** Null if absent. */
  readonly changes: Json;
  /** Epoch ms, only if the time came from the wrapper. */
  readonly at?: number;
};

/** 64 hex digits; undefined for lone surrogates and numbers beyond a double, which have no canonical form. */
export function fingerprintOf(parts: Fingerprinted): string | undefined {
  let text: string;
  try {
    text = canonicalJson(parts);
  } catch (error) {
    if (error instanceof NotCanonicalError) return undefined;
    throw error;
  }
  return hash('sha256', text);
}

/** Of a UUID: the two bits 10, and two of the fingerprint. */
const VARIANTS = '89ab';

/** UUID version 8 of the fingerprint's first 128 bits. */
export function eventIdOf(fingerprint: string): string {
  const variant = VARIANTS.charAt(Number.parseInt(fingerprint.charAt(16), 16) & 0x3);
  const part = (from: number, to: number): string => fingerprint.slice(from, to);
  return `${part(0, 8)}-${part(8, 12)}-8${part(13, 16)}-${variant}${part(17, 20)}-${part(20, 32)}`;
}

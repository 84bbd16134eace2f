// What makes two deliveries one event: SHA-256 over the RFC 8785 canonical JSON of what the source said (semantics §1).
// The form must never change: event ids of everything ever stored come from it.
import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Json, JsonObject } from './agent-updated.js';

/** The parts that are fingerprinted, as received. */
export interface Fingerprinted {
  readonly accountId: string;
  readonly agent: JsonObject;
  /** Null if absent. */
  readonly changes: Json;
  /** Epoch ms, only if the time came from the wrapper. */
  readonly at?: number;
}

/** 64 hex digits; undefined for lone surrogates and numbers beyond a double, which have no canonical form. */
export function fingerprintOf(parts: Fingerprinted): string | undefined {
  try {
    const text = canonicalize(parts);
    return text === undefined ? undefined : hash('sha256', text);
  } catch {
    return undefined;
  }
}

/** UUID version 8 of the fingerprint's first 128 bits. */
export function eventIdOf(fingerprint: string): string {
  const variant = ((Number.parseInt(fingerprint.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    fingerprint.slice(0, 8),
    fingerprint.slice(8, 12),
    `8${fingerprint.slice(13, 16)}`,
    `${variant}${fingerprint.slice(17, 20)}`,
    fingerprint.slice(20, 32),
  ].join('-');
}

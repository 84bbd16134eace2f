// RFC 8785 canonical JSON: one text for one value, however it was written. Fingerprints of everything ever stored come from
// it: what it writes must never change.
import type { Json } from './agent-updated.js';

/** The member names of an object, in the order in which they came and in that of their UTF-16 code units. */
interface MemberOrder {
  readonly names: readonly string[];
  readonly sorted: readonly string[];
  /** What stands before the value of each sorted member. */
  readonly heads: readonly string[];
}

/** Without bound a name would be remembered for ever. */
const MOST_REMEMBERED_NAMES = 64;
/** By how many members: payloads of one source have the same names in the same order, over and over. */
const lastOrders: (MemberOrder | undefined)[] = [];

/** A lone surrogate, or a number beyond a double. */
export class NotCanonicalError extends Error {}

/** Throws `NotCanonicalError`. Recurses: only for values that are not too deep for that. */
export function canonicalJson(value: Json): string {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'number':
      if (!Number.isFinite(value)) throw new NotCanonicalError('a number beyond a double');
      return String(value);
    case 'boolean':
      return value ? 'true' : 'false';
    default:
      if (value === null) return 'null';
      return Array.isArray(value) ? arrayText(value) : objectText(value);
  }
}

function arrayText(items: readonly Json[]): string {
  let text = '[';
  for (let at = 0; at < items.length; at++) {
    if (at > 0) text += ',';
    text += canonicalJson(items[at] ?? null);
  }
  return `${text}]`;
}

function objectText(object: { readonly [name: string]: Json }): string {
  const names = Object.keys(object);
  if (names.length === 0) return '{}';
  const { sorted, heads } = orderOf(names);
  let text = '';
  for (let at = 0; at < sorted.length; at++) {
    text += (heads[at] ?? '') + canonicalJson(object[sorted[at] ?? ''] ?? null);
  }
  return `${text}}`;
}

function orderOf(names: readonly string[]): MemberOrder {
  const last = lastOrders[names.length];
  if (last !== undefined && names.every((name, index) => name === last.names[index])) return last;
  // The default order of `sort` is that of the code units.
  const sorted = names.toSorted();
  const heads = sorted.map((name, index) => `${index === 0 ? '{' : ','}${quoted(name)}:`);
  const order = { names, sorted, heads };
  if (names.length <= MOST_REMEMBERED_NAMES) lastOrders[names.length] = order;
  return order;
}

const CONTROLS_END = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SURROGATE_BITS = 0xf800;
const SURROGATE = 0xd800;

function quoted(text: string): string {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const isPlain =
      unit >= CONTROLS_END && unit !== QUOTE && unit !== BACKSLASH && (unit & SURROGATE_BITS) !== SURROGATE;
    if (!isPlain) return escaped(text);
  }
  return `"${text}"`;
}

/** Of well-formed text, `JSON.stringify` escapes exactly what the RFC does. */
function escaped(text: string): string {
  if (!text.isWellFormed()) throw new NotCanonicalError('a lone surrogate');
  return JSON.stringify(text);
}

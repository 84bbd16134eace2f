// RFC 8785 canonical JSON: one text for one value, however it was written. Fingerprints of everything ever stored come from
// it: what it writes must never change.
import type { Json, JsonObject } from './agent-updated.js';

/** The member names of an object, in the order in which they came and in that of their UTF-16 code units. */
interface MemberOrder {
  readonly names: readonly string[];
  /** What stands before the value of each member, in the order in which they came. */
  readonly labels: readonly string[];
  /** Of each sorted member: where it stands in `names`. */
  readonly places: readonly number[];
}

/** An object's canonical text, and what it is made of. */
export interface WrittenObject {
  readonly text: string;
  readonly names: readonly string[];
  /** The name of each as JSON, with the colon. */
  readonly labels: readonly string[];
  /** The canonical text of the value of each. */
  readonly values: readonly string[];
}

/** Without bound a name would be remembered for ever. */
const MOST_REMEMBERED_NAMES = 64;
/** By how many members: payloads of one source have the same names in the same order, over and over. */
const lastOrders: (MemberOrder | undefined)[] = [];

/** A lone surrogate, or a number beyond a double. */
export class NotCanonicalError extends Error {}

/** Throws `NotCanonicalError`. Recurses: only for values that are not too deep for that. */
export function canonicalJson(value: Json): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new NotCanonicalError('a number beyond a double');
    return String(value);
  }
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (value === null) return 'null';
  return Array.isArray(value) ? arrayText(value) : objectText(value);
}

function arrayText(items: readonly Json[]): string {
  let text = '[';
  for (let at = 0; at < items.length; at++) {
    if (at > 0) text += ',';
    text += canonicalJson(items[at] ?? null);
  }
  return `${text}]`;
}

function objectText(object: JsonObject): string {
  return writeObject(object, canonicalJson).text;
}

/** `write`: gives the canonical text of a member's value, and may keep what that is made of. Throws what it throws. */
export function writeObject(object: JsonObject, write: (value: Json) => string): WrittenObject {
  const names = Object.keys(object);
  if (names.length === 0) return EMPTY;
  const { labels, places } = orderOf(names);
  const values: string[] = [];
  for (const name of names) values.push(write(object[name] ?? null));
  let text = '';
  for (const place of places) {
    text += (text === '' ? '{' : ',') + (labels[place] ?? '') + (values[place] ?? '');
  }
  return { text: `${text}}`, names, labels, values };
}

const EMPTY: WrittenObject = { text: '{}', names: [], labels: [], values: [] };

function orderOf(names: readonly string[]): MemberOrder {
  const last = lastOrders[names.length];
  if (last !== undefined && hasSame(names, last.names)) return last;
  const labels = names.map((name) => `${quoted(name)}:`);
  const places = names
    .map((_, index) => index)
    .sort((a, b) => ((names[a] ?? '') < (names[b] ?? '') ? -1 : 1));
  const order = { names, labels, places };
  if (names.length <= MOST_REMEMBERED_NAMES) lastOrders[names.length] = order;
  return order;
}

function hasSame(names: readonly string[], others: readonly string[]): boolean {
  for (let at = 0; at < names.length; at++) if (names[at] !== others[at]) return false;
  return true;
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

// Cuts the installation's parameters, which can hold secrets, out of bytes before the quarantine keeps them. What parses
// loses those members, at any depth, and is otherwise left byte for byte. What does not parse keeps nothing from the first
// of their names on, and bytes that are no text keep nothing: it must never be guessed where a secret ends.
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { endOfString, endOfValue, skipBlank } from '../json-bytes.js';

const NAMES = ['iparams', 'app_settings'];
/** A name as text, with letters escaped as in JSON (or in JSON in a string), and in UTF-16 and UTF-32. */
const NAME = new RegExp(NAMES.map(patternOf).join('|'), 'i');
/** A string that is one word names something and holds nothing. */
const WORD = /^\w*$/;

const NUL = 0x00;
const TAB = 0x09;
const RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;

export interface KeptBytes {
  readonly bytes: Buffer;
  /** Why more than members is missing, a sentence for people; null: nothing else is. */
  readonly missing: string | null;
}

export function cutSecrets(bytes: Buffer): KeptBytes {
  if (!isUtf8(bytes) && bytes.some(isControl)) {
    const hash = createHash('sha256').update(bytes).digest('hex');
    return { bytes: Buffer.alloc(0), missing: `It is no text and was not kept; its SHA-256 is ${hash}.` };
  }
  const name = NAME.exec(bytes.toString('latin1'));
  if (name === null) return { bytes, missing: null };
  if (parses(bytes)) return cutMembers(bytes);
  return {
    bytes: bytes.subarray(0, name.index),
    missing: 'From the name of an installation parameter on it was not kept.',
  };
}

/** `json` parses, so that a string before a colon is the name of a member. One that holds a name (`iparams.key`) goes too. */
function cutMembers(json: Buffer): KeptBytes {
  const kept: Buffer[] = [];
  let keptTo = 0;
  let missing: string | null = null;
  /** The brace or comma seen last: what stands before a name. */
  let before = 0;
  for (let at = 0; at < json.length; at++) {
    if (json[at] === OPEN_OBJECT || json[at] === COMMA) before = at;
    if (json[at] !== QUOTE) continue;
    const end = endOfString(json, at);
    const raw = json.toString('latin1', at, end + 1);
    if (!NAME.test(raw)) {
      at = end;
      continue;
    }
    const colon = skipBlank(json, end + 1);
    if (json[colon] === COLON) {
      // A comma goes with the member: the one before it, or behind the first member the one after.
      const isFirst = json[before] === OPEN_OBJECT;
      const valueEnd = endOfValue(json, colon + 1);
      kept.push(json.subarray(keptTo, isFirst ? before + 1 : before));
      keptTo = isFirst && json[valueEnd] === COMMA ? valueEnd + 1 : valueEnd;
      at = keptTo - 1;
      continue;
    }
    const text = JSON.parse(json.toString('utf8', at, end + 1)) as string;
    if (!WORD.test(text)) {
      const inner = cutSecrets(Buffer.from(text));
      if (inner.bytes.length < Buffer.byteLength(text)) {
        kept.push(json.subarray(keptTo, at), Buffer.from(JSON.stringify(inner.bytes.toString())));
        keptTo = end + 1;
        missing ??= inner.missing;
      }
    }
    at = end;
  }
  kept.push(json.subarray(keptTo));
  return { bytes: Buffer.concat(kept), missing };
}

/** In no encoding of text, or in none in which the names could be found. */
const isControl = (byte: number): boolean => byte < SPACE && byte !== NUL && !(byte >= TAB && byte <= RETURN);

function parses(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString().replace(/^\ufeff/, ''));
    return true;
  } catch {
    return false;
  }
}

/** Between any two characters there can be the NULs of UTF-16 or UTF-32, bounded so that no body takes long. */
function patternOf(name: string): string {
  const nuls = '\\0{0,3}';
  const letters = Array.from(name, (letter) => {
    const digits = Array.from(letter.charCodeAt(0).toString(16).padStart(4, '0'));
    const escape = [`(?:\\\\${nuls}){1,8}u`, ...digits].join(nuls);
    return `(?:${letter}|${escape})`;
  });
  return letters.join(nuls);
}

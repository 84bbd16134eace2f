// Cuts `iparams` and `app_settings` out of raw bytes before the quarantine keeps them; the rest stays byte for byte.
// Works on the bytes and not on parsed JSON, so that it holds for bodies that are broken or were cut off, too.
import { endOfString, skipBlank } from '../json-bytes.js';

const SECRETS: ReadonlySet<unknown> = new Set(['iparams', 'app_settings']);

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

interface Range {
  readonly from: number;
  readonly to: number;
}

/** The bytes without those members of a top-level object, or of the objects in a top-level array. */
export function cutSecrets(bytes: Buffer): Buffer {
  if (!mayHoldSecrets(bytes)) return bytes;
  const ranges = secretRanges(bytes);
  if (ranges.length === 0) return bytes;
  const kept: Buffer[] = [];
  let at = 0;
  for (const { from, to } of ranges.toSorted((a, b) => a.from - b.from)) {
    if (from > at) kept.push(bytes.subarray(at, from));
    at = Math.max(at, to);
  }
  kept.push(bytes.subarray(at));
  return Buffer.concat(kept);
}

/** A name can be written with escapes; then only the scan can tell. */
function mayHoldSecrets(bytes: Buffer): boolean {
  return bytes.includes('iparams') || bytes.includes('app_settings') || bytes.includes('\\u');
}

function secretRanges(bytes: Buffer): Range[] {
  const start = skipBlank(bytes, bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0);
  /** How deep the objects lie that can hold the members. */
  const level = bytes[start] === OPEN_ARRAY ? 2 : 1;
  const ranges: Range[] = [];
  let depth = 0;
  let inObject = false;
  let nameExpected = false;
  let secretFrom: number | null = null;
  let commaBefore: number | null = null;

  const endMember = (end: number, isLast: boolean): void => {
    if (secretFrom === null) {
      if (!isLast) commaBefore = end;
      return;
    }
    // The comma goes with the member: the one behind it, or behind the last member the one before.
    if (!isLast) ranges.push({ from: secretFrom, to: end + 1 });
    else ranges.push({ from: commaBefore ?? secretFrom, to: end });
    secretFrom = null;
  };

  for (let at = start; at < bytes.length; at++) {
    switch (bytes[at] ?? 0) {
      case QUOTE: {
        const end = endOfString(bytes, at);
        if (nameExpected && depth === level) {
          nameExpected = false;
          const isName = bytes[skipBlank(bytes, end + 1)] === COLON;
          if (isName && isSecret(bytes.subarray(at, end + 1))) secretFrom = at;
        }
        at = end;
        break;
      }
      case OPEN_OBJECT:
      case OPEN_ARRAY:
        depth += 1;
        if (depth !== level) break;
        inObject = bytes[at] === OPEN_OBJECT;
        nameExpected = inObject;
        commaBefore = null;
        break;
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        if (depth === level && inObject) endMember(at, true);
        depth -= 1;
        break;
      case COMMA:
        if (depth !== level || !inObject) break;
        endMember(at, false);
        nameExpected = true;
        break;
      default:
        break;
    }
  }
  if (secretFrom !== null) ranges.push({ from: secretFrom, to: bytes.length });
  return ranges;
}

function isSecret(quotedName: Buffer): boolean {
  try {
    return SECRETS.has(JSON.parse(quotedName.toString()));
  } catch {
    return false;
  }
}

// Finds the items of a top-level JSON array in its bytes, so that each can be parsed on its own and the event loop turns
// between them. Valid are exactly those arrays whose frame is whole and whose every item parses.
import { endOfString, skipBlank } from '../json-bytes.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

export function startsWithArray(bytes: Uint8Array): boolean {
  return bytes[skipBlank(bytes, 0)] === OPEN_ARRAY;
}

/** The bytes of each item, not judged; returns false when the frame around them is broken. Needs `startsWithArray`. */
export function* splitJsonArray(bytes: Buffer): Generator<Buffer, boolean, undefined> {
  let at = skipBlank(bytes, 0) + 1;
  const first = skipBlank(bytes, at);
  if (bytes[first] === CLOSE_ARRAY) return skipBlank(bytes, first + 1) === bytes.length;
  for (;;) {
    const end = endOfItem(bytes, at);
    if (end === bytes.length) return false;
    yield bytes.subarray(at, end);
    at = end + 1;
    if (bytes[end] === CLOSE_ARRAY) return skipBlank(bytes, at) === bytes.length;
  }
}

/** The index of the comma or bracket that ends the item at `from`, or the length. */
function endOfItem(bytes: Uint8Array, from: number): number {
  let depth = 0;
  for (let at = from; at < bytes.length; at++) {
    switch (bytes[at] ?? 0) {
      case QUOTE:
        at = endOfString(bytes, at);
        break;
      case OPEN_ARRAY:
      case OPEN_OBJECT:
        depth += 1;
        break;
      case CLOSE_ARRAY:
        if (depth === 0) return at;
        depth -= 1;
        break;
      case CLOSE_OBJECT:
        depth -= 1;
        break;
      case COMMA:
        if (depth === 0) return at;
        break;
      default:
        break;
    }
    if (depth < 0) return bytes.length;
  }
  return bytes.length;
}

// Finds the items of a top-level JSON array in its bytes, so that each can be parsed on its own and the event loop turns
// between them. Valid are exactly those arrays whose frame is whole and whose every item parses.
import { endOfValue, skipBlank } from '../json-bytes.js';

const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
/** The first byte of a byte order mark, which a payload may begin with, but not an item. */
const BYTE_ORDER_MARK = 0xef;

export function startsWithArray(bytes: Uint8Array): boolean {
  return bytes[skipBlank(bytes, 0)] === OPEN_ARRAY;
}

/** The bytes of each item, not judged; returns false when the frame around them is broken. Needs `startsWithArray`. */
export function* splitJsonArray(bytes: Buffer): Generator<Buffer, boolean, undefined> {
  let at = skipBlank(bytes, 0) + 1;
  const first = skipBlank(bytes, at);
  if (bytes[first] === CLOSE_ARRAY) return skipBlank(bytes, first + 1) === bytes.length;
  for (;;) {
    const end = endOfValue(bytes, at);
    const isLast = bytes[end] === CLOSE_ARRAY;
    if (bytes[at] === BYTE_ORDER_MARK || !(isLast || bytes[end] === COMMA)) return false;
    yield bytes.subarray(at, end);
    at = end + 1;
    if (isLast) return skipBlank(bytes, at) === bytes.length;
  }
}

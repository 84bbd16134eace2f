// The two steps that every scan of JSON in bytes needs. Structural characters never occur inside a UTF-8 sequence.

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The index of the first byte that is no white space of JSON, or the length. */
export function skipBlank(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
    at += 1;
  }
  return at;
}

/** The index of the closing quote of the string that opens at `from`, or the length. */
export function endOfString(bytes: Uint8Array, from: number): number {
  for (let at = from + 1; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) at += 1;
  }
  return bytes.length;
}

/** JSON's white space alone, or nothing. */
export function isBlank(bytes: Uint8Array): boolean {
  return skipBlank(bytes, 0) === bytes.length;
}

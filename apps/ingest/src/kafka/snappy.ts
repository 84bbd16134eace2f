// Undoes snappy as Kafka's producers write it: in the frame of xerial's Java library, or, by others, bare.
import { uncompress } from 'snappyjs';

const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
/** The mark, a version and the oldest version that can read it. */
const XERIAL_HEADER_BYTES = 16;

/** Throws on what is not snappy. */
export function decompressSnappy(bytes: Buffer): Buffer {
  if (!bytes.subarray(0, XERIAL.length).equals(XERIAL)) return Buffer.from(uncompress(bytes));
  const blocks: Buffer[] = [];
  for (let at = XERIAL_HEADER_BYTES; at < bytes.length;) {
    const length = bytes.readInt32BE(at);
    const from = at + 4;
    blocks.push(Buffer.from(uncompress(bytes.subarray(from, from + length))));
    at = from + length;
  }
  return Buffer.concat(blocks);
}

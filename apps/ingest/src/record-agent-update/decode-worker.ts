// The decoder's thread: one chunk of payloads at a time, nothing remembered in between.
import { move, transferableSymbol, valueSymbol } from 'piscina';
import { decodePayload } from './decode-payload.js';
import { packDecoded, unpackPayloads, type PackedDecoded, type PackedPayloads } from './packed-payloads.js';

export default function decode(packed: PackedPayloads): PackedDecoded {
  const decoded = unpackPayloads(packed.bytes, packed).map((one) => decodePayload(one, packed.receivedAt));
  const answer = packDecoded(decoded, packed.bytes);
  // Piscina unwraps this on its way: the bytes go back moved, not copied.
  const moved = { [transferableSymbol]: [answer.bytes.buffer], [valueSymbol]: answer };
  return move(moved) as unknown as PackedDecoded;
}

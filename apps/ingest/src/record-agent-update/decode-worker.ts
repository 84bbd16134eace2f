// The decoder's thread: one chunk of payloads at a time, nothing remembered in between.
import { move, transferableSymbol, valueSymbol } from 'piscina';
import { decodePayload } from './decode-payload.js';
import { packDecoded, unpackPayloads, type PackedDecoded, type PackedPayloads } from './packed-payloads.js';
import type { DecodedPayload } from './received-update.js';

export default function decode(packed: PackedPayloads): PackedDecoded {
  const answer = packDecoded(decodeEach(packed), packed);
  // Piscina unwraps this on its way: the bytes go back moved, not copied.
  const moved = {
    [transferableSymbol]: [answer.bytes.buffer, answer.json.buffer],
    [valueSymbol]: answer,
  };
  return move(moved) as unknown as PackedDecoded;
}

function* decodeEach(packed: PackedPayloads): Generator<DecodedPayload, void> {
  for (const one of unpackPayloads(packed.bytes, packed)) yield decodePayload(one, packed.receivedAt);
}

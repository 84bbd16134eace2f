// Payloads and what became of them, packed so that handing them to another thread and back costs little: the bytes are
// moved and not copied, those of the events' JSON too, just as they are stored; everything else travels in a few flat arrays.
import type { QuarantineCode } from '@libs/domain';
import { SerializedJson } from '@libs/event-store';
import { Utf8Writer } from '../utf8-writer.js';
import type { DecodedPayload, Payload, PayloadForm } from './received-update.js';

export interface PackedPayloads {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where each payload ends in `bytes`. */
  readonly ends: Uint32Array;
  readonly totalBytes: readonly number[];
  /** All payloads of one request have one form. */
  readonly form: PayloadForm;
  readonly receivedAt: number;
}

type Refusal = readonly [code: QuarantineCode, detail: string, accountId: string | null];

/** Per payload; of a refused one the arrays hold '' and NaN. */
export interface PackedDecoded {
  /** The same bytes, moved back. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly eventIds: readonly string[];
  readonly fingerprints: readonly string[];
  readonly accountIds: readonly string[];
  readonly agentIds: readonly string[];
  readonly ats: Float64Array;
  /** The events' data as JSON in UTF-8, one after the other. */
  readonly json: Uint8Array<ArrayBuffer>;
  /** Where each ends in `json`. */
  readonly jsonEnds: Uint32Array;
  readonly refusals: ReadonlyMap<number, Refusal>;
}

/** `takeBytes`: gives the buffer that they are packed into, at least as long as asked. */
export function packPayloads(
  payloads: readonly Payload[],
  receivedAt: number,
  takeBytes: (length: number) => ArrayBuffer,
): PackedPayloads {
  const ends = new Uint32Array(payloads.length);
  const length = payloads.reduce((sum, { bytes }, index) => (ends[index] = sum + bytes.length), 0);
  const bytes = new Uint8Array(takeBytes(length), 0, length);
  payloads.forEach((payload, index) => bytes.set(payload.bytes, (ends[index] ?? 0) - payload.bytes.length));
  const totalBytes = payloads.map((payload) => payload.totalBytes);
  return { bytes, ends, totalBytes, form: payloads[0]?.form ?? 'payload', receivedAt };
}

/** The payloads, as views of the packed bytes. */
export function unpackPayloads(
  bytes: Uint8Array<ArrayBuffer>,
  { ends, totalBytes, form }: Pick<PackedPayloads, 'ends' | 'totalBytes' | 'form'>,
): Payload[] {
  return totalBytes.map((total, index) => {
    const start = index === 0 ? 0 : (ends[index - 1] ?? 0);
    const length = (ends[index] ?? start) - start;
    return { bytes: Buffer.from(bytes.buffer, bytes.byteOffset + start, length), form, totalBytes: total };
  });
}

/**
 * Takes one after the other, so that what each was decoded to can go before the next comes: all of a chunk at once is more
 * than a young generation holds.
 */
export function packDecoded(
  decoded: Iterable<DecodedPayload>,
  { bytes, ends }: Pick<PackedPayloads, 'bytes' | 'ends'>,
): PackedDecoded {
  const eventIds: string[] = [];
  const fingerprints: string[] = [];
  const accountIds: string[] = [];
  const agentIds: string[] = [];
  const ats = new Float64Array(ends.length);
  const jsonEnds = new Uint32Array(ends.length);
  const refusals = new Map<number, Refusal>();
  const json = new Utf8Writer(bytes.length);
  let index = 0;
  for (const one of decoded) {
    const isUnderstood = one.kind === 'understood';
    if (!isUnderstood) refusals.set(index, [one.code, one.detail, one.accountId]);
    eventIds.push(isUnderstood ? one.eventId : '');
    fingerprints.push(isUnderstood ? one.fingerprint : '');
    accountIds.push(isUnderstood ? one.accountId : '');
    agentIds.push(isUnderstood ? one.agentId : '');
    ats[index] = isUnderstood ? one.at : NaN;
    if (isUnderstood) json.write(one.data.text);
    jsonEnds[index] = json.length;
    index += 1;
  }
  return { bytes, eventIds, fingerprints, accountIds, agentIds, ats, json: json.bytes(), jsonEnds, refusals };
}

export function unpackDecoded(
  decoded: PackedDecoded,
  packed: Pick<PackedPayloads, 'ends' | 'totalBytes' | 'form'>,
): DecodedPayload[] {
  const { eventIds, fingerprints, accountIds, agentIds, ats, json, jsonEnds, refusals } = decoded;
  const payloads = refusals.size === 0 ? [] : unpackPayloads(decoded.bytes, packed);
  return fingerprints.map((fingerprint, index): DecodedPayload => {
    const refusal = refusals.get(index);
    const payload = payloads[index];
    if (refusal !== undefined && payload !== undefined) {
      const [code, detail, accountId] = refusal;
      return { kind: 'refused', code, detail, accountId, ...payload };
    }
    return {
      kind: 'understood',
      eventId: eventIds[index] ?? '',
      fingerprint,
      accountId: accountIds[index] ?? '',
      agentId: agentIds[index] ?? '',
      at: ats[index] ?? NaN,
      data: new SerializedJson(json.subarray(index === 0 ? 0 : jsonEnds[index - 1], jsonEnds[index])),
    };
  });
}

// Reads a JSON body whole, within the limit, and turns it into payloads: one, or the items of an array.
import type { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ProblemError } from '@libs/platform';
import type { IngestLimits } from '../ingest-limits.js';
import type { PayloadDecoder } from '../record-agent-update/payload-decoder.js';
import type { DecodedPayload, Payload } from '../record-agent-update/received-update.js';
import type { Lease } from './in-flight.js';
import { bodyError } from './incoming-body.js';
import { splitJsonArray, startsWithArray } from './split-json-array.js';

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** Throws 413 as soon as the limit is passed, 429 when all bodies together pass theirs, 400 for damaged gzip. */
export async function readWhole(body: Readable, maxBytes: number, lease: Lease): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of body as AsyncIterable<Buffer>) {
      length += piece.length;
      if (length > maxBytes) {
        throw new ProblemError(
          'body-too-large',
          `A JSON body may have ${maxBytes} bytes; NDJSON any number.`,
        );
      }
      lease.take(piece.length);
      pieces.push(piece);
    }
  } catch (error) {
    throw bodyError(error);
  }
  const whole = Buffer.concat(pieces, length);
  return whole.subarray(0, 3).equals(BYTE_ORDER_MARK) ? whole.subarray(3) : whole;
}

type ArrayLimits = Pick<IngestLimits, 'maxBatchItems' | 'chunkUpdates' | 'chunkBytes'>;

export interface JsonPayloads {
  /** An array was sent, of whatever length. */
  readonly isBatch: boolean;
  readonly updates: readonly DecodedPayload[];
}

/**
 * A body that is not JSON is one payload that is refused, whole. Throws 413 for an array of too many items.
 * The event loop turns in between.
 */
export async function decodeJsonBody(
  body: Buffer,
  receivedAt: number,
  decoder: Pick<PayloadDecoder, 'decode'>,
  limits: ArrayLimits,
): Promise<JsonPayloads> {
  const items = startsWithArray(body) ? splitJsonArray(body) : null;
  const updates = items === null ? null : await decodeItems(items, receivedAt, decoder, limits);
  if (updates !== null) return { isBatch: true, updates };
  const whole: Payload = { bytes: body, form: 'payload', totalBytes: body.length };
  return { isBatch: false, updates: await decoder.decode([whole], receivedAt) };
}

/** Null when the body is not JSON after all: its frame is broken, or one of the items is no JSON. */
async function decodeItems(
  items: Generator<Buffer, boolean, undefined>,
  receivedAt: number,
  decoder: Pick<PayloadDecoder, 'decode'>,
  limits: ArrayLimits,
): Promise<DecodedPayload[] | null> {
  const updates: DecodedPayload[] = [];
  for (;;) {
    const { payloads, end } = takeItems(items, limits);
    if (updates.length + payloads.length > limits.maxBatchItems) {
      throw new ProblemError(
        'body-too-large',
        `An array may have ${limits.maxBatchItems} items; NDJSON any number.`,
      );
    }
    for (const decoded of await decoder.decode(payloads, receivedAt)) {
      if (decoded.kind === 'refused' && decoded.code === 'not-json') return null;
      updates.push(decoded);
    }
    if (end !== null) return end ? updates : null;
    await nextTurn();
  }
}

/** `end`: null while there is more, then whether the frame is whole. */
function takeItems(
  items: Generator<Buffer, boolean, undefined>,
  { chunkUpdates, chunkBytes }: ArrayLimits,
): { readonly payloads: readonly Payload[]; readonly end: boolean | null } {
  const payloads: Payload[] = [];
  let bytes = 0;
  while (payloads.length < chunkUpdates && bytes < chunkBytes) {
    const item = items.next();
    if (item.done === true) return { payloads, end: item.value };
    payloads.push({ bytes: item.value, form: 'item', totalBytes: item.value.length });
    bytes += item.value.length;
  }
  return { payloads, end: null };
}

// Reads a JSON body whole, within the limit, and turns it into payloads: one, or the items of an array.
import type { Readable } from 'node:stream';
import { ProblemError } from '@libs/platform';
import type { IngestLimits } from '../ingest-limits.js';
import { receivePayload, type ReceivedUpdate } from '../record-agent-update/received-update.js';
import type { Lease } from './in-flight.js';
import { bodyError } from './incoming-body.js';
import { splitJsonArray, startsWithArray } from './split-json-array.js';
import { createTimeSlice } from './time-slice.js';

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

export interface JsonPayloads {
  /** An array was sent, of whatever length. */
  readonly isBatch: boolean;
  readonly updates: readonly ReceivedUpdate[];
}

/**
 * A body that is not JSON is one payload that is refused, whole. Throws 413 for an array of too many items.
 * The event loop turns in between.
 */
export async function receiveJsonBody(
  body: Buffer,
  receivedAt: number,
  { maxBatchItems }: Pick<IngestLimits, 'maxBatchItems'>,
): Promise<JsonPayloads> {
  const whole = (): JsonPayloads => ({
    isBatch: false,
    updates: [receivePayload({ bytes: body, form: 'payload' }, receivedAt)],
  });
  if (!startsWithArray(body)) return whole();
  const updates: ReceivedUpdate[] = [];
  const slice = createTimeSlice();
  const items = splitJsonArray(body);
  for (;;) {
    const item = items.next();
    if (item.done === true) return item.value ? { isBatch: true, updates } : whole();
    if (updates.length === maxBatchItems) {
      throw new ProblemError(
        'body-too-large',
        `An array may have ${maxBatchItems} items; NDJSON any number.`,
      );
    }
    const received = receivePayload({ bytes: item.value, form: 'item' }, receivedAt);
    // One item that is no JSON means that the body is none.
    if (received.kind === 'refused' && received.code === 'not-json') return whole();
    updates.push(received);
    if (slice.isOver()) await slice.pause();
  }
}

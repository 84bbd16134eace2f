// Reads NDJSON in chunks of decoded payloads: as many as are here, up to a bound, never waiting for more once it has one.
// It must never hold more than one chunk and one line.
import type { Readable } from 'node:stream';
import type { IngestLimits } from '../ingest-limits.js';
import { receivePayload, type ReceivedUpdate } from '../record-agent-update/received-update.js';
import { LineReader } from './line-reader.js';
import { bodyError } from './incoming-body.js';
import { createTimeSlice } from './time-slice.js';

export interface NdjsonChunk {
  readonly receivedAt: number;
  readonly updates: readonly ReceivedUpdate[];
}

export interface NdjsonChunks {
  /** Null at the end. Throws what broke the body; lines read before it and not handed out are lost with it. */
  next(): Promise<NdjsonChunk | null>;
}

export function readNdjsonChunks(
  body: Readable,
  limits: Pick<IngestLimits, 'maxLineBytes' | 'chunkUpdates' | 'chunkBytes'>,
  now: () => number,
): NdjsonChunks {
  const lines = new LineReader(body, limits.maxLineBytes);
  const slice = createTimeSlice();

  async function next(): Promise<NdjsonChunk | null> {
    const receivedAt = now();
    const updates: ReceivedUpdate[] = [];
    let bytes = 0;
    let hasPaused = false;
    while (updates.length < limits.chunkUpdates && bytes < limits.chunkBytes) {
      const line = lines.poll();
      if (line !== null) {
        const payload = { bytes: line.bytes, totalBytes: line.totalBytes, form: 'payload' } as const;
        updates.push(receivePayload(payload, receivedAt));
        bytes += line.bytes.length;
        hasPaused = false;
        if (slice.isOver()) await slice.pause();
      } else if (updates.length === 0) {
        if (!(await lines.more())) return null;
      } else if (hasPaused) {
        break;
      } else {
        // A fast sender's next bytes are one turn of the event loop away, and larger chunks cost less a line.
        await slice.pause();
        hasPaused = true;
      }
    }
    return { receivedAt, updates };
  }

  return {
    next: async () => {
      try {
        return await next();
      } catch (error) {
        throw bodyError(error);
      }
    },
  };
}

// Reads NDJSON in chunks: as many lines as are here, up to a bound, never waiting for more once it has one.
// It must never hold more than one chunk and one line.
import type { Readable } from 'node:stream';
import type { IngestLimits } from '../ingest-limits.js';
import type { Payload } from '../record-agent-update/received-update.js';
import { createTimeSlice } from '../time-slice.js';
import { LineReader } from './line-reader.js';
import { bodyError } from './incoming-body.js';

/** Reads the next chunk; null at the end. Throws what broke the body; lines read before it are lost with it. */
export type ReadChunk = () => Promise<readonly Payload[] | null>;

export function readNdjsonChunks(
  body: Readable,
  limits: Pick<IngestLimits, 'maxLineBytes' | 'chunkUpdates' | 'chunkBytes'>,
): ReadChunk {
  const lines = new LineReader(body, limits.maxLineBytes);
  const slice = createTimeSlice();

  async function read(): Promise<Payload[] | null> {
    const payloads: Payload[] = [];
    let bytes = 0;
    let hasPaused = false;
    while (payloads.length < limits.chunkUpdates && bytes < limits.chunkBytes) {
      const line = lines.poll();
      if (line !== null) {
        payloads.push({ ...line, form: 'payload' });
        bytes += line.bytes.length;
        hasPaused = false;
        if (slice.isOver()) await slice.pause();
      } else if (payloads.length === 0) {
        if (!(await lines.more())) return null;
      } else if (hasPaused) {
        break;
      } else {
        // A fast sender's next bytes are one turn of the event loop away, and larger chunks cost less a line.
        await slice.pause();
        hasPaused = true;
      }
    }
    return payloads;
  }

  return () =>
    read().catch((error: unknown) => {
      throw bodyError(error);
    });
}

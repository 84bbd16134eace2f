// NDJSON in, NDJSON out: while one chunk commits, the next are read and decoded; results follow as lines, the counts last.
// Pulled by the reader of the answer, so that one who reads slowly slows the reading of the body, and nothing piles up.
import type { Payload, ReceivedUpdate } from '../record-agent-update/received-update.js';
import type { Reception } from '../record-agent-update/record-agent-update.js';
import type { UpdateResult } from '../record-agent-update/update-result.js';
import type { ReadChunk } from './ndjson-chunks.js';
import { resultText, Tally } from './result-json.js';

/** Chunks that are read and decoded before their turn: enough to keep the decoder busy during a commit. */
const CHUNKS_AHEAD = 3;

export interface NdjsonParts {
  readonly read: ReadChunk;
  readonly decode: (payloads: readonly Payload[], receivedAt: number) => Promise<readonly ReceivedUpdate[]>;
  readonly record: (
    updates: readonly ReceivedUpdate[],
    reception: Reception,
  ) => Promise<readonly UpdateResult[]>;
  /** UTC epoch ms. */
  readonly now: () => number;
  /** The service stops: end after what is in flight, without the last line. */
  readonly signal: AbortSignal;
}

interface DecodedChunk {
  readonly updates: readonly ReceivedUpdate[];
  readonly receivedAt: number;
}

/** Pieces of the answer. Throws before the line of counts; then nothing after the last piece is acknowledged. */
export async function* recordNdjson(parts: NdjsonParts): AsyncGenerator<string, void> {
  const tally = new Tally();
  const next = decodeAhead(parts);
  for (let chunk = await next(); chunk !== null; chunk = await next()) {
    const { updates, receivedAt } = chunk;
    yield linesOf(await parts.record(updates, { receivedAt, via: 'http' }), tally);
    parts.signal.throwIfAborted();
  }
  yield `${JSON.stringify({ ...tally.toJson(), rejected: tally.rejected() })}\n`;
}

/** Reads one chunk after the other, and has several of them decoded at once. */
function decodeAhead({ read, decode, now }: NdjsonParts): () => Promise<DecodedChunk | null> {
  const ahead: Promise<DecodedChunk | null>[] = [];
  let reading: Promise<readonly Payload[] | null> = Promise.resolve([]);
  const start = (): void => {
    reading = reading.then((before) => (before === null ? null : read()));
    const decoded = reading.then(async (payloads) => {
      if (payloads === null) return null;
      const receivedAt = now();
      return { receivedAt, updates: await decode(payloads, receivedAt) };
    });
    // It may fail while the results before it are still being read; it is awaited after them.
    decoded.catch(() => undefined);
    ahead.push(decoded);
  };
  return async () => {
    while (ahead.length <= CHUNKS_AHEAD) start();
    return (await ahead.shift()) ?? null;
  };
}

function linesOf(results: readonly UpdateResult[], tally: Tally): string {
  let lines = '';
  for (const result of results) {
    tally.add(result);
    lines += `${resultText(result)}\n`;
  }
  return lines;
}

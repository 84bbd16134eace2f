// NDJSON in, NDJSON out: while one chunk commits, the next is decoded; its results follow as lines, the counts as the last.
// Pulled by the reader of the answer, so that one who reads slowly slows the reading of the body, and nothing piles up.
import type { ReceivedUpdate } from '../record-agent-update/received-update.js';
import type { Reception } from '../record-agent-update/record-agent-update.js';
import type { UpdateResult } from '../record-agent-update/update-result.js';
import type { NdjsonChunk, NdjsonChunks } from './ndjson-chunks.js';
import { Tally, toResultJson } from './result-json.js';

export interface NdjsonParts {
  readonly chunks: NdjsonChunks;
  /** Turns updates of accounts that are not the sender's into rejected ones. */
  readonly screen: (updates: readonly ReceivedUpdate[]) => readonly ReceivedUpdate[];
  readonly record: (
    updates: readonly ReceivedUpdate[],
    reception: Reception,
  ) => Promise<readonly UpdateResult[]>;
  /** The service stops: end after what is in flight, without the last line. */
  readonly signal: AbortSignal;
}

/** Pieces of the answer. Ends without the line of counts by throwing, then nothing after the last piece is acknowledged. */
export async function* recordNdjson({
  chunks,
  screen,
  record,
  signal,
}: NdjsonParts): AsyncGenerator<string, void> {
  const tally = new Tally();
  const read = (): Promise<NdjsonChunk | null> => {
    const next = chunks.next();
    // It may fail while the results before it are still being read; it is awaited after them.
    next.catch(() => undefined);
    return next;
  };
  let next = read();
  for (;;) {
    const chunk = await next;
    if (chunk === null) break;
    const recorded = record(screen(chunk.updates), { receivedAt: chunk.receivedAt, via: 'http' });
    recorded.catch(() => undefined);
    next = read();
    const results = await recorded;
    yield linesOf(results, tally);
    signal.throwIfAborted();
  }
  yield `${JSON.stringify({ ...tally.toJson(), rejected: tally.rejected() })}\n`;
}

function linesOf(results: readonly UpdateResult[], tally: Tally): string {
  let lines = '';
  for (const result of results) {
    tally.add(result);
    lines += `${JSON.stringify(toResultJson(result))}\n`;
  }
  return lines;
}

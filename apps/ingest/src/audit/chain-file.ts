// The file of digests: read from its beginning, appended to at its end, one writer. What a crash left of a last line is cut off and
// written again; anything else that is wrong with it stops the writing: nothing is ever put on top of a chain that was changed.
import { createReadStream } from 'node:fs';
import { truncate } from 'node:fs/promises';
import { hashLine, parseEntry, type ChainEntry } from '@libs/audit';
import { AuditError } from './audit-error.js';
import { sizeOf, writeDurably } from './audit-files.js';

/** Where the chain ends. */
export interface ChainEnd {
  readonly bytes: number;
  readonly entries: number;
  readonly lastHash: string | null;
  /** Fingerprint of the key that signs from here on; null before the first entry. */
  readonly key: string | null;
  /** Events in all digests, and the position of the last of them. */
  readonly events: number;
  readonly position: bigint | null;
}

const EMPTY_CHAIN: ChainEnd = {
  ...{ bytes: 0, entries: 0, lastHash: null, key: null, events: 0, position: null },
};

const LINE_FEED = 10;

/** Reads all of it. `tornBytes`: what was cut off the end. Throws `AuditError` for a chain that does not hold together. */
export async function openChain(
  file: string,
  keyOf: (publicKey: string) => string,
): Promise<{ readonly end: ChainEnd; readonly tornBytes: number }> {
  const size = await sizeOf(file);
  let end = EMPTY_CHAIN;
  for await (const line of lines(file, size)) {
    const entry = line.isWhole ? parseEntry(line.text) : null;
    // The last line, and no entry: a crash left it so, and nobody was told that it is there.
    if (entry === null && line.end === size) break;
    if (entry === null) throw damaged(file, end.entries, 'is not one');
    end = follow(end, { line: line.text, entry }, keyOf, file);
  }
  const tornBytes = size - end.bytes;
  if (tornBytes > 0) await truncate(file, end.bytes);
  return { end, tornBytes };
}

/** The whole lines that there are now, judged by nobody; `entry` is null for one that is none. */
export async function* readChain(
  file: string,
): AsyncGenerator<{ readonly line: string; readonly entry: ChainEntry | null }, void> {
  for await (const { text, isWhole } of lines(file, await sizeOf(file))) {
    if (isWhole) yield { line: text, entry: parseEntry(text) };
  }
}

/** Throws `AuditError` when somebody else has written to the file meanwhile. */
export async function appendEntry(
  file: string,
  end: ChainEnd,
  line: string,
  keyOf: (publicKey: string) => string,
): Promise<ChainEnd> {
  const entry = parseEntry(line);
  if (entry === null) throw new Error('what was signed is no entry');
  const next = follow(end, { line, entry }, keyOf, file);
  if ((await sizeOf(file)) !== end.bytes) throw new AuditError(`somebody else writes to ${file}`);
  await writeDurably(file, Buffer.from(`${line}\n`), end.bytes);
  return next;
}

/** The end after one more entry. Throws `AuditError` when it does not follow. */
function follow(
  end: ChainEnd,
  { line, entry }: { readonly line: string; readonly entry: ChainEntry },
  keyOf: (publicKey: string) => string,
  file: string,
): ChainEnd {
  if (entry.number !== end.entries || entry.previous !== end.lastHash) {
    throw damaged(file, end.entries, 'does not follow the one before it');
  }
  const { bytes, entries } = end;
  const next = {
    ...end,
    bytes: bytes + Buffer.byteLength(line) + 1,
    entries: entries + 1,
    lastHash: hashLine(line),
  };
  switch (entry.kind) {
    case 'key':
      return { ...next, key: keyOf(entry.publicKey) };
    case 'digest':
      if (entry.eventsBefore !== end.events || BigInt(entry.from) <= (end.position ?? -1n)) {
        throw damaged(file, entries, 'covers a range that does not follow');
      }
      return { ...next, events: end.events + entry.events, position: BigInt(entry.to) };
    default:
      throw new Error(`no such entry: ${String(entry satisfies never)}`);
  }
}

function damaged(file: string, number: number, why: string): AuditError {
  return new AuditError(`${file} was changed: entry ${number} ${why}`);
}

interface Line {
  readonly text: string;
  /** Offset after its line feed. */
  readonly end: number;
  /** False for a last one without a line feed. */
  readonly isWhole: boolean;
}

async function* lines(file: string, size: number): AsyncGenerator<Line, void> {
  if (size === 0) return;
  let rest = Buffer.alloc(0);
  let end = 0;
  for await (const chunk of createReadStream(file, { end: size - 1 }) as AsyncIterable<Buffer>) {
    rest = Buffer.concat([rest, chunk]);
    let start = 0;
    for (let feed = rest.indexOf(LINE_FEED); feed !== -1; feed = rest.indexOf(LINE_FEED, start)) {
      end += feed + 1 - start;
      yield { text: rest.toString('utf8', start, feed), end, isWhole: true };
      start = feed + 1;
    }
    rest = rest.subarray(start);
  }
  if (rest.length > 0) yield { text: rest.toString(), end: end + rest.length, isWhole: false };
}

// A bundle, line by line: what was asked for, all digests and keys, the events with their proofs, and a last line. It says what is there
// and judges nothing: an event that was changed is shown as it is now, and its proof, made of the leaves that were kept, fails.
import { open } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  buildMerkleTree,
  HASH_BYTES,
  leafHash,
  type DigestEntry,
  type MerkleTree,
  type StoredEvent,
} from '@libs/audit';
import { EventStoreError } from '@libs/event-store';
import { isMissing, type AuditFiles } from './audit-files.js';
import { isAfter, isBefore, type BundleRange } from './bundle-range.js';
import { readChain } from './chain-file.js';
import { PAGE_EVENTS, readStoredPage, type ReadsAll } from './stored-events.js';

/** Characters that are written at once. */
const PIECE_SIZE = 64 * 1024;

export interface BundleOptions {
  readonly store: ReadsAll;
  readonly files: AuditFiles;
  readonly range: BundleRange;
  /** UTC epoch ms. */
  readonly now: () => number;
}

/** A digest and the position that it comes after. */
interface Covering {
  readonly digest: DigestEntry;
  readonly after: bigint | null;
}

/** Pieces of NDJSON. Throws `EventStoreError` before the last line. */
export async function* writeBundle(options: BundleOptions): AsyncGenerator<string, void> {
  const { store, files, range, now } = options;
  const { from = null, to = null } = range;
  yield lineOf({ kind: 'bundle', version: 1, createdAt: new Date(now()).toISOString(), from, to });
  const covering: Covering[] = [];
  let after: bigint | null = null;
  let entries = 0;
  for await (const { line, entry } of readChain(files.chain)) {
    yield `${line}\n`;
    entries += 1;
    if (entry?.kind !== 'digest') continue;
    if (overlaps(entry, range)) covering.push({ digest: entry, after });
    after = BigInt(entry.to);
  }
  let events = 0;
  for (const { digest, after: before } of covering) {
    const inDigest = await readDigestEvents(store, digest, before);
    const tree = await treeOf(files, digest, inDigest);
    let piece = '';
    for (const line of eventLines(digest, inDigest, tree, range)) {
      events += 1;
      piece += line;
      if (piece.length < PIECE_SIZE) continue;
      yield piece;
      piece = '';
      // Others wait for the thread, too.
      await nextTurn();
    }
    yield piece;
  }
  yield lineOf({ kind: 'end', entries, events });
}

function overlaps({ from, to, recordedFrom, recordedTo }: DigestEntry, range: BundleRange): boolean {
  const endsBefore = isBefore(range)(BigInt(to), Date.parse(recordedTo));
  return !endsBefore && !isAfter(range)(BigInt(from), Date.parse(recordedFrom));
}

/** What stands in the log now where the digest's events stood: as far as it can be read. */
async function readDigestEvents(
  store: ReadsAll,
  digest: DigestEntry,
  before: bigint | null,
): Promise<StoredEvent[]> {
  const last = BigInt(digest.to);
  const events: StoredEvent[] = [];
  let after = before;
  for (let limit = PAGE_EVENTS; ;) {
    try {
      const page = await readStoredPage(store, after, limit);
      const within = page.events.filter(({ position }) => position <= last);
      events.push(...within);
      after = within.at(-1)?.position ?? after;
      if (page.atHead || after === last || within.length < page.events.length) return events;
    } catch (error) {
      if (!(error instanceof EventStoreError) || error.code !== 'store-corrupt') throw error;
      // A hole, or a log that ends too early: what comes before it is shown still, and the rest is missing.
      if (limit === 1) return events;
      limit = 1;
    }
  }
}

/**
 * Of the leaves that were kept, if they are the digest's; else of the events as they are, which can only tell whether all are as they
 * were. Null for no events.
 */
async function treeOf(
  files: AuditFiles,
  digest: DigestEntry,
  events: readonly StoredEvent[],
): Promise<MerkleTree | null> {
  const kept = await readLeaves(files.leaves, digest);
  const tree = kept === null ? null : buildMerkleTree(kept);
  if (tree?.root.toString('hex') === digest.root) return tree;
  return events.length === 0 ? null : buildMerkleTree(events.map(leafHash));
}

async function readLeaves(file: string, { events, eventsBefore }: DigestEntry): Promise<Buffer[] | null> {
  const bytes = Buffer.alloc(events * HASH_BYTES);
  try {
    const handle = await open(file, 'r');
    try {
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, eventsBefore * HASH_BYTES);
      if (bytesRead < bytes.length) return null;
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  return Array.from({ length: events }, (_, index) =>
    bytes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES),
  );
}

/** Those that were asked for, and the one before and after: they show that nothing lies between. */
function* eventLines(
  { number, events: count }: DigestEntry,
  events: readonly StoredEvent[],
  tree: MerkleTree | null,
  range: BundleRange,
): Generator<string, void> {
  const [before, after] = [isBefore(range), isAfter(range)];
  const isOutside = (event: StoredEvent | undefined, is: typeof before): boolean =>
    event !== undefined && is(event.position, event.recordedAt);
  for (const [index, event] of events.entries()) {
    const isTooEarly = isOutside(event, before) && isOutside(events[index + 1] ?? event, before);
    const isTooLate = isOutside(event, after) && isOutside(events[index - 1] ?? event, after);
    if (isTooEarly || isTooLate) continue;
    const { position, stream, revision, id, type, recordedAt, data, metadata } = event;
    const place = { digest: number, index: index < count ? index : null };
    const proof = Buffer.concat(tree?.proof(index) ?? []).toString('base64');
    const stored = { position: String(position), stream, revision, id, type, recordedAt, data, metadata };
    yield lineOf({ kind: 'event', ...place, ...stored, proof });
  }
}

const lineOf = (value: object): string => `${JSON.stringify(value)}\n`;

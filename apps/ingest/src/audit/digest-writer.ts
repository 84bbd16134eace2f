// Writes digests of what the log holds and no digest covers yet. One run at a time; each range is written once, and covers what
// comes just after the one before.
// A run: no key → nothing is written. Else: the chain is opened (once; again after any failure) → its first entry, or the
// entry of a new key that waits → digest after digest, until the head or the signal → the copy. Each digest is leaves first,
// then its line, both synced: whatever a crash leaves is cut off or written over by the next run.
import { dirname, join } from 'node:path';
import {
  buildMerkleTree,
  fingerprintOf,
  HASH_BYTES,
  keepSigningKey,
  leafHash,
  readSigningKeys,
  signDigestEntry,
  signKeyEntry,
  type SigningKey,
  type StoredEvent,
} from '@libs/audit';
import { AuditError } from './audit-error.js';
import { CHAIN_FILE, makeFolder, writeDurably, type AuditFiles } from './audit-files.js';
import { appendEntry, openChain, type ChainEnd } from './chain-file.js';
import { copyDigests } from './copy-digests.js';
import { PAGE_EVENTS, readStoredPage, type ReadsAll } from './stored-events.js';

/** Of one digest: so many leaves are in memory, and a proof is ten hashes. */
const DIGEST_EVENTS = 1_024;

export interface DigestWriterOptions {
  readonly store: ReadsAll;
  readonly files: AuditFiles;
  readonly keyFile: string;
  /** Another directory that gets the digests, too; null for none. */
  readonly copyDir: string | null;
  /** UTC epoch ms. */
  readonly now: () => number;
  /** Told how many bytes of a torn last line were cut off. */
  readonly onTorn: (bytes: number) => void;
}

/** `no-key`: there is none to sign with. `end`: what the digests cover now; `digests`: written by this run. */
export type DigestRun =
  | { readonly outcome: 'no-key' }
  | { readonly outcome: 'written'; readonly digests: number; readonly end: ChainEnd };

export interface DigestWriter {
  /** Ends early, with what it has written, when the signal fires. Throws `AuditError`, `SigningKeyError`, `EventStoreError`. */
  run(signal: AbortSignal): Promise<DigestRun>;
}

export function createDigestWriter(options: DigestWriterOptions): DigestWriter {
  const { store, files, keyFile, copyDir, now, onTorn } = options;
  let known: ChainEnd | null = null;

  async function open(): Promise<ChainEnd> {
    if (known !== null) return known;
    const { end, tornBytes } = await openChain(files.chain, fingerprintOf);
    if (tornBytes > 0) onTorn(tornBytes);
    return (known = end);
  }

  async function append(line: string): Promise<ChainEnd> {
    const end = await open();
    // Until it is written nobody knows what stands there.
    known = null;
    return (known = await appendEntry(files.chain, end, line, fingerprintOf));
  }

  /** The key that signs next, after the chain says so. */
  async function takeOverKey(keys: readonly SigningKey[]): Promise<SigningKey> {
    const { key: current, ...end } = await open();
    const signer = current === null ? keys[0] : keys.find(({ fingerprint }) => fingerprint === current);
    const successor = keys.at(-1);
    if (signer === undefined || successor === undefined) {
      throw new AuditError(
        `the key that signed the last digest is not in the key file: its fingerprint is ${current ?? ''}`,
      );
    }
    if (current === null) await append(keyLine(signer, signer, end));
    if (successor !== signer) await append(keyLine(successor, signer, await open()));
    if (keys.length > 1) await keepSigningKey(keyFile, successor.fingerprint);
    return successor;
  }

  function keyLine(
    { publicKey }: SigningKey,
    signer: SigningKey,
    end: Pick<ChainEnd, 'entries' | 'lastHash'>,
  ): string {
    return signKeyEntry(
      { number: end.entries, previous: end.lastHash, time: isoTime(now()), publicKey },
      signer,
    );
  }

  /** Null when there is nothing to cover. */
  async function collect(end: ChainEnd, signal: AbortSignal): Promise<Collected | null> {
    const leaves: Buffer[] = [];
    let first: StoredEvent | undefined;
    let last: StoredEvent | undefined;
    let atHead = false;
    while (!atHead && leaves.length < DIGEST_EVENTS && !signal.aborted) {
      const page = await readStoredPage(store, last?.position ?? end.position, PAGE_EVENTS);
      for (const event of page.events) leaves.push(leafHash(event));
      first ??= page.events[0];
      last = page.events.at(-1) ?? last;
      atHead = page.atHead;
    }
    return first === undefined || last === undefined ? null : { leaves, first, last, atHead };
  }

  async function writeDigest({ leaves, first, last }: Collected, signer: SigningKey): Promise<void> {
    const end = await open();
    await writeDurably(files.leaves, Buffer.concat(leaves), end.events * HASH_BYTES);
    const range = { from: String(first.position), to: String(last.position), eventsBefore: end.events };
    const recorded = { recordedFrom: isoTime(first.recordedAt), recordedTo: isoTime(last.recordedAt) };
    const root = buildMerkleTree(leaves).root.toString('hex');
    const place = { number: end.entries, previous: end.lastHash, time: isoTime(now()) };
    await append(signDigestEntry({ ...place, ...range, events: leaves.length, ...recorded, root }, signer));
  }

  async function run(signal: AbortSignal): Promise<DigestRun> {
    const keys = await readSigningKeys(keyFile);
    if (keys.length === 0) return { outcome: 'no-key' };
    await makeFolder(dirname(files.chain));
    const signer = await takeOverKey(keys);
    let digests = 0;
    for (let atHead = false; !atHead && !signal.aborted;) {
      const collected = await collect(await open(), signal);
      if (collected === null) break;
      await writeDigest(collected, signer);
      digests += 1;
      atHead = collected.atHead;
    }
    if (copyDir !== null) await copyDigests(files.chain, join(copyDir, CHAIN_FILE));
    return { outcome: 'written', digests, end: await open() };
  }

  return {
    run: (signal) =>
      run(signal).catch((error: unknown) => {
        known = null;
        throw error;
      }),
  };
}

interface Collected {
  readonly leaves: readonly Buffer[];
  readonly first: StoredEvent;
  readonly last: StoredEvent;
  readonly atHead: boolean;
}

const isoTime = (ms: number): string => new Date(ms).toISOString();

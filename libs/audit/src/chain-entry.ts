// What stands in the file of digests, a line each: digests of consecutive ranges of the log, and the keys that sign them. Every
// line has the hash of the one before it, so that none can be changed, dropped or moved alone.
// The text of an entry is fixed to the byte: members in the order below, no white space. It must never be written otherwise.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { SigningKey } from './signing-key.js';

const zHash = z.string().regex(/^[0-9a-f]{64}$/);
const zPosition = z.string().regex(/^(0|[1-9]\d*)$/);
const zTime = z.iso.datetime({ precision: 3 });
const zBase64 = z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/);

/** Far more than are written: what a changed file says must not cost memory without end. */
const MAX_DIGEST_EVENTS = 1_048_576;

const head = {
  version: z.literal(1),
  /** 0, 1, 2 … from the beginning of the file. */
  number: z.int().nonnegative(),
  /** SHA-256 of the line before, without its line feed; null in the first. */
  previous: zHash.nullable(),
  time: zTime,
};
/** Fingerprint of the key that signed it. */
const tail = { key: zHash, signature: zBase64 };

/** From here on the key of this entry signs. Signed by the key before it; the first, by itself. */
const zKeyEntry = z.strictObject({ kind: z.literal('key'), ...head, publicKey: zBase64, ...tail });

const zDigestEntry = z.strictObject({
  kind: z.literal('digest'),
  ...head,
  /** Positions of its first and its last event, both within. */
  from: zPosition,
  to: zPosition,
  events: z.int().positive().max(MAX_DIGEST_EVENTS),
  /** Of all digests before it: what its events are numbered from. */
  eventsBefore: z.int().nonnegative(),
  /** When its first and its last event were recorded. */
  recordedFrom: zTime,
  recordedTo: zTime,
  /** Of the Merkle tree over its events' leaves. */
  root: zHash,
  ...tail,
});

const zEntry = z.discriminatedUnion('kind', [zKeyEntry, zDigestEntry]);

export type KeyEntry = z.output<typeof zKeyEntry>;
export type DigestEntry = z.output<typeof zDigestEntry>;
export type ChainEntry = KeyEntry | DigestEntry;

type Unsigned<Entry> = Omit<Entry, 'key' | 'signature' | 'version'>;

/** Before the signed text, so that a signature of ours is never one of something else. */
const SIGNED_HEAD = 'agent-status-history audit v1\n';

export function signKeyEntry(entry: Omit<Unsigned<KeyEntry>, 'kind'>, signer: SigningKey): string {
  const { number, previous, time, publicKey } = entry;
  return sign({ kind: 'key', version: 1, number, previous, time, publicKey }, signer);
}

export function signDigestEntry(entry: Omit<Unsigned<DigestEntry>, 'kind'>, signer: SigningKey): string {
  const { number, previous, time, from, to, events, eventsBefore, recordedFrom, recordedTo, root } = entry;
  const range = { from, to, events, eventsBefore, recordedFrom, recordedTo, root };
  return sign({ kind: 'digest', version: 1, number, previous, time, ...range }, signer);
}

/** The line, without a line feed. */
function sign(entry: object, signer: SigningKey): string {
  const unsigned = { ...entry, key: signer.fingerprint };
  const signature = signer.sign(Buffer.from(`${SIGNED_HEAD}${JSON.stringify(unsigned)}`));
  return JSON.stringify({ ...unsigned, signature });
}

/** Null for a line that is no entry, written to the byte as entries are. Does not look at signatures. */
export function parseEntry(line: string): ChainEntry | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  const parsed = zEntry.safeParse(value);
  return parsed.success && JSON.stringify(parsed.data) === line ? parsed.data : null;
}

export function hashLine(line: string): string {
  return createHash('sha256').update(line).digest('hex');
}

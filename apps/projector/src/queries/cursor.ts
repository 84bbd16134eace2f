// The opaque text with which a client asks for the next page: the whole query, its asOf, and where the page before ended.
// It is checked for damage, not for authorship: anyone can make one. So its query is validated again as if the client had
// sent it, its asOf must be an instant that is not to come, and its `after` is validated by the query that resumes there.
import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { z } from 'zod';
import { isInRange } from '../instant-range.js';

const CHECKSUM_BYTES = 8;
/** A query of one request's size; a cursor that unfolds to more was not made here. */
const MAX_TEXT_BYTES = 65_536;

/** The query a cursor belongs to. `query`: the parameters of the first page, as they were given. */
export interface CursorQuery {
  /** Of the query, a `QueryName`. */
  readonly name: string;
  readonly account: string;
  readonly agentId: string | null;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  /** UTC epoch ms, frozen by the first page. */
  readonly asOf: number;
}

export interface Cursor extends CursorQuery {
  readonly after: string;
}

const zCursor = z.strictObject({
  name: z.string(),
  account: z.string(),
  agentId: z.string().nullable(),
  query: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  asOf: z.int().refine(isInRange),
  after: z.string(),
});

export function encodeCursor({ name, account, agentId, query, asOf, after }: Cursor): string {
  // Compressed, so that a query that named a thousand agents still fits into a request line.
  const packed = deflateRawSync(JSON.stringify({ name, account, agentId, query, asOf, after }));
  return Buffer.concat([checksumOf(packed), packed]).toString('base64url');
}

/** What the cursor says; null for one that is damaged. */
export function decodeCursor(text: string): Cursor | null {
  const bytes = Buffer.from(text, 'base64url');
  // Node skips characters that are no base64: what does not come out the same was not made here.
  if (bytes.toString('base64url') !== text) return null;
  const packed = bytes.subarray(CHECKSUM_BYTES);
  if (!checksumOf(packed).equals(bytes.subarray(0, CHECKSUM_BYTES))) return null;
  try {
    const json = inflateRawSync(packed, { maxOutputLength: MAX_TEXT_BYTES }).toString();
    return zCursor.safeParse(JSON.parse(json)).data ?? null;
  } catch {
    return null;
  }
}

const checksumOf = (packed: Uint8Array): Buffer =>
  createHash('sha256').update(packed).digest().subarray(0, CHECKSUM_BYTES);

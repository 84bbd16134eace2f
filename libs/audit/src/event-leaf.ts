// The bytes of an event that a digest vouches for, and the leaf of the Merkle tree made of them. Never change either: every
// digest ever signed would be wrong. docs/audit.md has the format; tools/audit/check-bundle.mjs reads it anew.
import { hash } from 'node:crypto';

/** An event as it is stored; `data` and `metadata` are the very text in the log, never parsed and written again. */
export interface StoredEvent {
  readonly position: bigint;
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  /** UTC epoch ms. */
  readonly recordedAt: number;
  readonly data: string;
  readonly metadata: string;
}

/** Of a leaf and of a node: without it a node could be passed off as an event (RFC 6962, section 2.1). */
const LEAF = 0x00;
const LENGTH_BYTES = 4;

/**
 * Eight fields, in this order: position, stream, revision, id, type, recordedAt, data, metadata. Each is its length in bytes (four,
 * big-endian) and its UTF-8; numbers are decimal. No two different events have the same bytes.
 */
export function eventBytes(event: StoredEvent): Buffer {
  return writeFields(event, 0);
}

/** SHA-256 of 0x00 and the event's bytes. */
export function leafHash(event: StoredEvent): Buffer {
  const bytes = writeFields(event, 1);
  bytes[0] = LEAF;
  return hash('sha256', bytes, 'buffer');
}

/** The fields, after `room` bytes that are the caller's. */
function writeFields(event: StoredEvent, room: number): Buffer {
  const { position, stream, revision, id, type, recordedAt, data, metadata } = event;
  const fields = [String(position), stream, String(revision), id, type, String(recordedAt), data, metadata];
  const lengths = fields.map((field) => Buffer.byteLength(field));
  const bytes = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + LENGTH_BYTES + length, room));
  let at = room;
  fields.forEach((field, index) => {
    at = bytes.writeUInt32BE(lengths[index] ?? 0, at);
    at += bytes.write(field, at);
  });
  return bytes;
}

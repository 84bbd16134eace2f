// What an API key looks like and how it is kept: `ash_<id>_<secret>`, of which only a SHA-256 is stored. The secret
// is 256 random bits, so a slow password hash would add nothing.
import { createHash, timingSafeEqual } from 'node:crypto';

const ID_BYTES = 6;
const SECRET_BYTES = 32;
const FORMAT = /^ash_([0-9a-f]{12})_[A-Za-z0-9_-]{43}$/;

export interface NewApiKey {
  readonly id: string;
  /** The whole key, to be shown once. */
  readonly key: string;
  /** Hex SHA-256 of the whole key. */
  readonly hash: string;
}

/** Makes a key from a source of random bytes. */
export function makeApiKey(randomBytes: (size: number) => Buffer): NewApiKey {
  const id = randomBytes(ID_BYTES).toString('hex');
  const key = `ash_${id}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  return { id, key, hash: hashApiKey(key).toString('hex') };
}

/** The public part of a key, or null when it is not one. */
export const idOfApiKey = (key: string): string | null => FORMAT.exec(key)?.[1] ?? null;

export const hashApiKey = (key: string): Buffer => createHash('sha256').update(key).digest();

/** Compares in constant time. `hash`: 32 bytes. */
export const matchesHash = (key: string, hash: Buffer): boolean => timingSafeEqual(hashApiKey(key), hash);

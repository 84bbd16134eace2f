// The file of API keys: hashes, never keys. Changed only by writing a new file and renaming it over the old one.
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { canonicalId } from '../canonical-id.js';
import { errorCode } from '../error-code.js';
import { zId } from '../http/query-types.js';
import { makeApiKey } from './api-key.js';
import { SCOPES, type Accounts, type Scope } from './principal.js';

const zKeyRecord = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{12}$/),
  name: z.string(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  scopes: z.array(z.enum(SCOPES)).min(1),
  accounts: z.union([z.literal('*'), z.array(zId).min(1)]),
  createdAt: z.iso.datetime(),
  revokedAt: z.iso.datetime().nullable(),
});

const zKeyFile = z
  .strictObject({ version: z.literal(1), keys: z.array(zKeyRecord) })
  .refine(({ keys }) => new Set(keys.map(({ id }) => id)).size === keys.length, 'two keys have one id');

/** A key as stored. Times are ISO 8601; `revokedAt` null: valid. */
export type KeyRecord = z.output<typeof zKeyRecord>;

/** The file is missing, damaged or being changed. The message is for the operator and holds no hash. */
export class KeyFileError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KeyFileError';
  }
}

export interface KeyFileTools {
  readonly now: () => number;
  readonly randomBytes: (size: number) => Buffer;
}

/** Reads all keys, revoked ones included. Throws `KeyFileError`. */
export async function readKeyFile(path: string): Promise<KeyRecord[]> {
  return parseKeyFile(path, await readText(path));
}

/** Adds a key, creating the file if need be, and returns the key itself: the only time it is known. */
export async function createKey(
  path: string,
  wanted: { readonly name: string; readonly scopes: readonly Scope[]; readonly accounts: Accounts },
  tools: KeyFileTools,
): Promise<{ readonly key: string; readonly record: KeyRecord }> {
  const { id, key, hash } = makeApiKey(tools.randomBytes);
  const record: KeyRecord = {
    id,
    name: wanted.name,
    hash,
    scopes: [...wanted.scopes],
    accounts: wanted.accounts === '*' ? '*' : wanted.accounts.map(canonicalId),
    createdAt: new Date(tools.now()).toISOString(),
    revokedAt: null,
  };
  await changeKeyFile(path, 'create', (keys) => [...keys, record]);
  return { key, record };
}

/** Revokes a key for good. `already-revoked` leaves the first time standing. */
export async function revokeKey(
  path: string,
  id: string,
  now: () => number,
): Promise<'revoked' | 'already-revoked' | 'unknown'> {
  let outcome: 'revoked' | 'already-revoked' | 'unknown' = 'unknown';
  await changeKeyFile(path, 'change', (keys) =>
    keys.map((key) => {
      if (key.id !== id) return key;
      outcome = key.revokedAt === null ? 'revoked' : 'already-revoked';
      return { ...key, revokedAt: key.revokedAt ?? new Date(now()).toISOString() };
    }),
  );
  return outcome;
}

/** The new file's exclusive creation is also the lock between two operators. */
async function changeKeyFile(
  path: string,
  mode: 'create' | 'change',
  change: (keys: KeyRecord[]) => KeyRecord[],
): Promise<void> {
  const fresh = `${path}.new`;
  if (mode === 'create') await mkdir(dirname(path), { recursive: true }).catch(() => undefined);
  const file = await open(fresh, 'wx', 0o600).catch((error: unknown) => {
    throw new KeyFileError(
      errorCode(error) === 'EEXIST'
        ? `${fresh} exists: another change is under way, or one was interrupted (then remove it)`
        : `${fresh} cannot be written (${errorCode(error) ?? 'unknown error'})`,
      { cause: error },
    );
  });
  try {
    const text = await readText(path).catch((error: unknown) => {
      if (mode === 'create' && error instanceof KeyFileError && errorCode(error.cause) === 'ENOENT')
        return null;
      throw error;
    });
    const keys = change(text === null ? [] : parseKeyFile(path, text));
    await file.writeFile(`${JSON.stringify({ version: 1, keys }, null, 2)}\n`);
    await file.sync();
    await file.close();
    await rename(fresh, path);
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(fresh, { force: true });
    throw error;
  }
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new KeyFileError(`the key file ${path} cannot be read (${errorCode(error) ?? 'unknown error'})`, {
      cause: error,
    });
  });
}

function parseKeyFile(path: string, text: string): KeyRecord[] {
  const damaged = (why: string, cause?: unknown) =>
    new KeyFileError(`the key file ${path} is damaged: ${why}`, { cause });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damaged('not JSON');
  }
  const parsed = zKeyFile.safeParse(value);
  if (parsed.success) return parsed.data.keys;
  const where = parsed.error.issues.map(({ path: at, message }) => `${at.join('.') || 'file'}: ${message}`);
  throw damaged(where.join('; '));
}

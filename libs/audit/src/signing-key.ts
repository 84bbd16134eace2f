// The file of the keys that sign digests: PEM, for its owner alone. One key, or two while a rotation waits for ingest, which has
// the old key sign for the new one and then takes the old one out. Never logged, and never in a backup or a bundle.
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

const PRIVATE_KEY = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/g;
const OWNER_ONLY = 0o600;

export interface SigningKey {
  /** Hex SHA-256 of the public key's DER: what others are told to trust. */
  readonly fingerprint: string;
  /** Base64 of the public key as DER (SPKI). */
  readonly publicKey: string;
  /** Base64 of the Ed25519 signature. */
  sign(bytes: Buffer): string;
}

/** Its message is for whoever runs the service. */
export class SigningKeyError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SigningKeyError';
  }
}

export type MakeKey = () => KeyObject;
const newEd25519: MakeKey = () => generateKeyPairSync('ed25519').privateKey;

/** The key in use, then the one that waits to follow it; none for a file that is not there. Throws `SigningKeyError`. */
export async function readSigningKeys(file: string): Promise<SigningKey[]> {
  return (await readPems(file)).map((pem) => signingKey(file, pem));
}

/** Makes the first key. Throws `SigningKeyError` when there is a file. */
export async function createSigningKey(file: string, makeKey = newEd25519): Promise<SigningKey> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  return changeKeys(file, (pems) => {
    if (pems.length > 0) throw new SigningKeyError(`there is a signing key in ${file}: rotate it instead`);
    return [pemOf(makeKey())];
  });
}

/** Makes the key that is to follow. Throws `SigningKeyError` when there is none to follow, or one waits already. */
export async function rotateSigningKey(file: string, makeKey = newEd25519): Promise<SigningKey> {
  return changeKeys(file, (pems) => {
    if (pems.length === 0) throw new SigningKeyError(`there is no signing key in ${file} to be followed`);
    if (pems.length > 1) throw new SigningKeyError('a new key waits already: ingest takes it over first');
    return [...pems, pemOf(makeKey())];
  });
}

/** Takes out every other key: what it has not signed by now, an old key can never sign. */
export async function keepSigningKey(file: string, fingerprint: string): Promise<void> {
  await changeKeys(file, (pems) => pems.filter((pem) => signingKey(file, pem).fingerprint === fingerprint));
}

export function fingerprintOf(publicKey: string): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex');
}

/** Returns the last of the keys that are left. The new file's exclusive creation is also the lock between two writers. */
async function changeKeys(file: string, change: (pems: string[]) => string[]): Promise<SigningKey> {
  const fresh = `${file}.new`;
  const handle = await open(fresh, 'wx', OWNER_ONLY).catch((error: unknown) => {
    throw new SigningKeyError(
      codeOf(error) === 'EEXIST'
        ? `${fresh} exists: another change is under way, or one was interrupted (then remove it)`
        : `${fresh} cannot be written (${codeOf(error)})`,
      { cause: error },
    );
  });
  try {
    const pems = change(await readPems(file));
    const last = pems.at(-1);
    if (last === undefined) throw new SigningKeyError(`no signing key would be left in ${file}`);
    await handle.writeFile(pems.map((pem) => `${pem}\n`).join(''));
    await handle.sync();
    await handle.close();
    await rename(fresh, file);
    await syncFolder(dirname(file));
    return signingKey(file, last);
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(fresh, { force: true });
    throw error;
  }
}

async function readPems(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw new SigningKeyError(`the signing key ${file} cannot be read (${codeOf(error)})`, { cause: error });
  });
  if (text === null) return [];
  const pems = text.match(PRIVATE_KEY) ?? [];
  if (pems.length === 0) throw new SigningKeyError(`${file} holds no private key in PEM`);
  return pems;
}

/** The error of a key that cannot be read may quote it: it goes no further. */
function signingKey(file: string, pem: string): SigningKey {
  const privateKey = tryPrivateKey(pem);
  if (privateKey?.asymmetricKeyType !== 'ed25519') throw new SigningKeyError(`${file} holds no Ed25519 key`);
  const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const publicKey = der.toString('base64');
  return {
    fingerprint: fingerprintOf(publicKey),
    publicKey,
    sign: (bytes) => sign(null, bytes, privateKey).toString('base64'),
  };
}

function tryPrivateKey(pem: string): KeyObject | null {
  try {
    return createPrivateKey(pem);
  } catch {
    return null;
  }
}

const pemOf = (key: KeyObject): string => key.export({ format: 'pem', type: 'pkcs8' }).toString().trim();

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return 'unknown error';
  return typeof error.code === 'string' ? error.code : 'unknown error';
}

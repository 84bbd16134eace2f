import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { tempFolders } from '@libs/event-store/testing';
import {
  createSigningKey,
  keepSigningKey,
  readSigningKeys,
  rotateSigningKey,
  SigningKeyError,
} from './signing-key.js';

const newFolder = tempFolders();
const newFile = () => join(newFolder(), 'deeper', 'signing-key.pem');
const fingerprints = async (file: string) =>
  (await readSigningKeys(file)).map(({ fingerprint }) => fingerprint);

describe('the file of signing keys', () => {
  it('holds one key, for its owner alone', async () => {
    const file = newFile();
    expect(await readSigningKeys(file)).toEqual([]);
    const { fingerprint } = await createSigningKey(file);
    expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(await fingerprints(file)).toEqual([fingerprint]);
    expect([statSync(file).mode & 0o777, statSync(join(file, '..')).mode & 0o777]).toEqual([0o600, 0o700]);
  });

  it('is never written over by a new first key', async () => {
    const file = newFile();
    await createSigningKey(file);
    const before = readFileSync(file, 'utf8');
    await expect(createSigningKey(file)).rejects.toThrow(/rotate it instead/);
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(existsSync(`${file}.new`)).toBe(false);
  });

  it('holds the next key beside the one in use, until that is taken out', async () => {
    const file = newFile();
    await expect(rotateSigningKey(file)).rejects.toThrow(SigningKeyError);
    const first = await createSigningKey(file);
    const second = await rotateSigningKey(file);
    expect(await fingerprints(file)).toEqual([first.fingerprint, second.fingerprint]);
    await expect(rotateSigningKey(file)).rejects.toThrow(/waits already/);
    await keepSigningKey(file, second.fingerprint);
    expect(await fingerprints(file)).toEqual([second.fingerprint]);
    await expect(keepSigningKey(file, first.fingerprint)).rejects.toThrow(/no signing key would be left/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('is refused without a word of what is in it', async () => {
    const file = join(newFolder(), 'key.pem');
    for (const text of [
      'my secret',
      '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----',
      generateKeyPairSync('ec', { namedCurve: 'P-256' })
        .privateKey.export({ format: 'pem', type: 'pkcs8' })
        .toString(),
    ]) {
      writeFileSync(file, text);
      const error: unknown = await readSigningKeys(file).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(SigningKeyError);
      expect((error as Error).message).toMatch(/^\S+key\.pem holds no (private key in PEM|Ed25519 key)$/);
    }
  });
});

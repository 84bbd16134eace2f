import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { tempFolders } from '@libs/event-store/testing';
import { hashLine, parseEntry, signDigestEntry, signKeyEntry } from './chain-entry.js';
import { createSigningKey, fingerprintOf } from './signing-key.js';

const newFolder = tempFolders();
const TIME = '2026-03-02T12:00:00.000Z';
const makeKey = () => generateKeyPairSync('ed25519').privateKey;

const digest = {
  ...{ number: 1, previous: 'ab'.repeat(32), time: TIME, from: '1', to: '10', events: 10, eventsBefore: 0 },
  ...{ recordedFrom: TIME, recordedTo: TIME, root: 'cd'.repeat(32) },
};

describe('an entry', () => {
  it('is written the same to the byte, and signed over all it says', async () => {
    const key = await createSigningKey(join(newFolder(), 'key.pem'), makeKey);
    const line = signDigestEntry(digest, key);
    const said =
      `{"kind":"digest","version":1,"number":1,"previous":"${digest.previous}","time":"${TIME}","from":"1","to":"10",` +
      `"events":10,"eventsBefore":0,"recordedFrom":"${TIME}","recordedTo":"${TIME}","root":"${digest.root}","key":"${key.fingerprint}"`;
    expect(line.startsWith(`${said},"signature":"`)).toBe(true);
    const publicKey = createPublicKey({
      key: Buffer.from(key.publicKey, 'base64'),
      format: 'der',
      type: 'spki',
    });
    const signature = Buffer.from(parseEntry(line)!.signature, 'base64');
    const isSigned = (text: string) => verify(null, Buffer.from(text), publicKey, signature);
    expect(isSigned(`agent-status-history audit v1\n${said}}`)).toBe(true);
    expect(isSigned(`${said}}`)).toBe(false);
  });

  it('is read as it was written, and in no other writing', async () => {
    const key = await createSigningKey(join(newFolder(), 'key.pem'), makeKey);
    const first = signKeyEntry({ number: 0, previous: null, time: TIME, publicKey: key.publicKey }, key);
    expect(parseEntry(first)).toMatchObject({ kind: 'key', number: 0, previous: null, key: key.fingerprint });
    expect(fingerprintOf(key.publicKey)).toBe(key.fingerprint);
    const line = signDigestEntry({ ...digest, previous: hashLine(first) }, key);
    expect(parseEntry(line)).toMatchObject({ ...digest, previous: hashLine(first), kind: 'digest' });
    for (const other of [
      ...[` ${line}`, line.replace('"events":10', '"events":1e1'), line.replace('"events":10', '"events":0')],
      ...[line.replace('{', '{"more":1,'), line.replace('"kind":"digest",', ''), line.slice(0, -1), '', '[]'],
      line.replace('"version":1,"number":1', '"number":1,"version":1'),
    ]) {
      expect(parseEntry(other)).toBeNull();
    }
  });
});

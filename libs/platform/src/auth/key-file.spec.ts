import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKey, KeyFileError, readKeyFile, revokeKey } from './key-file.js';

const NOON = Date.UTC(2026, 2, 2, 12);
const tools = { now: () => NOON, randomBytes };
const wanted = { name: 'reports', scopes: ['read'], accounts: ['1', '2'] } as const;

describe('the key file', () => {
  let directory: string;
  let path: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'keys-'));
    path = join(directory, 'keys.json');
  });
  afterEach(() => rm(directory, { recursive: true }));

  it("holds no key, only hashes, and is its owner's alone", async () => {
    const { key, record } = await createKey(path, wanted, tools);
    expect(key).toMatch(new RegExp(`^ash_${record.id}_[A-Za-z0-9_-]{43}$`));
    expect(await readFile(path, 'utf8')).not.toContain(key.slice(-43));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readKeyFile(path)).toEqual([
      {
        id: record.id,
        name: 'reports',
        hash: record.hash,
        scopes: ['read'],
        accounts: ['1', '2'],
        createdAt: '2026-03-02T12:00:00.000Z',
        revokedAt: null,
      },
    ]);
  });

  it('holds accounts without leading zeros, however they were given or stored', async () => {
    await createKey(path, { ...wanted, accounts: ['007', '0'] }, tools);
    expect(await readFile(path, 'utf8')).not.toContain('007');
    await writeFile(path, (await readFile(path, 'utf8')).replace('"7"', '"07"'));
    expect((await readKeyFile(path))[0]?.accounts).toEqual(['7', '0']);
  });

  it('keeps the keys it has when one is added, and a private mode when one is revoked', async () => {
    const first = await createKey(path, wanted, tools);
    await createKey(path, { ...wanted, accounts: '*' }, tools);
    await revokeKey(path, first.record.id, () => NOON + 1);
    const [revoked, valid] = await readKeyFile(path);
    expect([revoked?.revokedAt, valid?.revokedAt]).toEqual(['2026-03-02T12:00:00.001Z', null]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('revokes once: the first time stands', async () => {
    const { record } = await createKey(path, wanted, tools);
    expect(await revokeKey(path, record.id, () => NOON)).toBe('revoked');
    expect(await revokeKey(path, record.id, () => NOON + 5)).toBe('already-revoked');
    expect(await revokeKey(path, 'ffffffffffff', () => NOON)).toBe('unknown');
    expect((await readKeyFile(path))[0]?.revokedAt).toBe('2026-03-02T12:00:00.000Z');
  });

  it('loses no key when two operators change it at once: one is told to wait', async () => {
    const outcomes = await Promise.allSettled([
      createKey(path, wanted, tools),
      createKey(path, wanted, tools),
    ]);
    const made = outcomes.filter(({ status }) => status === 'fulfilled');
    expect(made.length).toBeGreaterThan(0);
    expect(await readKeyFile(path)).toHaveLength(made.length);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(KeyFileError);
    }
  });

  it.each(['', '{', '[]', '{"version":2,"keys":[]}', '{"version":1,"keys":[{"id":"x"}]}'])(
    'is left alone when it is damaged: %j',
    async (text) => {
      await writeFile(path, text);
      await expect(createKey(path, wanted, tools)).rejects.toThrow(KeyFileError);
      await expect(readKeyFile(path)).rejects.toThrow(/damaged/);
      expect(await readFile(path, 'utf8')).toBe(text);
      expect(await readdir(directory)).toEqual(['keys.json']);
    },
  );

  it('is not made by revoking', async () => {
    await expect(revokeKey(path, 'ffffffffffff', () => NOON)).rejects.toThrow(/ENOENT/);
    expect(await readdir(directory)).toEqual([]);
  });
});

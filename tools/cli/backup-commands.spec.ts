import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openSqliteEventStore } from '@libs/event-store/sqlite';
import { itemOf, newEvents, tempFolders } from '@libs/event-store/testing';
import { openSqlite } from '@libs/read-models';
import { runCli } from './run-cli.js';

const newFolder = tempFolders();
const now = (): number => Date.UTC(2026, 2, 2);

async function run(env: Record<string, string>, ...words: string[]) {
  let out = '';
  let err = '';
  const code = await runCli(words, {
    env,
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    now,
    randomBytes,
  });
  return { code, out, err };
}

/** A data directory with `events` in the log and a read model that stands on `position`. */
async function dataFolder(events: number, position: string | null): Promise<string> {
  const folder = newFolder();
  const store = openSqliteEventStore({ file: join(folder, 'events.db'), now });
  await store.append([itemOf('s', 'noStream', ...newEvents(1, events))]);
  await store.close();
  const sql = openSqlite(join(folder, 'read.db'), 'write');
  await sql.prepare();
  await sql.run('UPDATE checkpoint SET position = ?', [position]);
  await sql.close();
  return folder;
}

const backUp = (dataDir: string, to: string, ...more: string[]) =>
  run({ DATA_DIR: dataDir }, 'backup', to, ...more);

describe('backup', () => {
  it('lists what it holds, with the positions the files stand on', async () => {
    const to = join(newFolder(), 'monday');
    expect(await backUp(await dataFolder(5, '4'), to)).toMatchObject({ code: 0, err: '' });
    const manifest: unknown = JSON.parse(readFileSync(join(to, 'manifest.json'), 'utf8'));
    expect(manifest).toMatchObject({
      kind: 'agent-status-history-backup',
      version: 1,
      startedAt: '2026-03-02T00:00:00.000Z',
      files: [
        { name: 'read.db', position: '4' },
        { name: 'events.db', position: '5' },
      ],
    });
    expect(readdirSync(to).sort()).toEqual(['events.db', 'manifest.json', 'read.db']);
    expect(statSync(to).mode & 0o777).toBe(0o700);
  });

  it('leaves the read model out when told to', async () => {
    const to = join(newFolder(), 'monday');
    expect((await backUp(await dataFolder(5, '4'), to, '--no-read-model', '--json')).code).toBe(0);
    expect(readdirSync(to).sort()).toEqual(['events.db', 'manifest.json']);
  });

  it('takes files from where the apps find them, and says what is not a file', async () => {
    const elsewhere = await dataFolder(2, '1');
    const urls = {
      DATA_DIR: newFolder(),
      EVENT_STORE_URL: `sqlite:${elsewhere}/events.db`,
      READ_MODEL_URL: 'postgres://user:s3cret@host/db',
    };
    const to = join(newFolder(), 'monday');
    expect((await run(urls, 'backup', to)).code).toBe(0);
    expect(readdirSync(to).sort()).toEqual(['events.db', 'manifest.json']);
  });

  it('takes no index of a quarantine for the quarantine, and says where that is', async () => {
    const dataDir = await dataFolder(2, '1');
    for (const name of ['quarantine-index.db', 'quarantine.db']) writeFileSync(join(dataDir, name), 'x');
    const to = join(newFolder(), 'monday');
    const env = { DATA_DIR: dataDir, EVENT_STORE_URL: 'esdb://127.0.0.1:2113?tls=false' };
    const { code, err } = await run(env, 'backup', to);
    expect([code, err]).toEqual([0, expect.stringContaining('the quarantine in it')]);
    expect(readdirSync(to).sort()).toEqual(['manifest.json', 'read.db']);
  });

  it('writes into no folder that has something in it', async () => {
    const to = newFolder();
    writeFileSync(join(to, 'kept'), '');
    const { code, err } = await backUp(await dataFolder(1, null), to);
    expect([code, err]).toEqual([1, `error: ${to} is not empty\n`]);
    expect(readdirSync(to)).toEqual(['kept']);
  });

  it('asks for the right DATA_DIR rather than back up nothing', async () => {
    const to = join(newFolder(), 'monday');
    const { code, err } = await backUp(newFolder(), to);
    expect(code).toBe(1);
    expect(err).toContain('is DATA_DIR right?');
    expect(existsSync(to)).toBe(false);
  });

  it('keeps no backup of a read model that is ahead of its log', async () => {
    const to = join(newFolder(), 'monday');
    const { code, err } = await backUp(await dataFolder(5, '6'), to);
    expect(code).toBe(1);
    expect(err).toContain('ahead of the log');
    expect(readdirSync(to)).toEqual([]);
  });
});

describe('restore', () => {
  const restore = (from: string, dataDir: string) => run({}, 'restore', from, '--data-dir', dataDir);

  async function backedUp(): Promise<string> {
    const to = join(newFolder(), 'monday');
    await backUp(await dataFolder(5, '4'), to);
    return to;
  }

  it('puts the files into a folder that is missing or empty', async () => {
    const from = await backedUp();
    for (const dataDir of [join(newFolder(), 'new'), newFolder()]) {
      expect(await restore(from, dataDir)).toMatchObject({ code: 0, err: '' });
      expect(readdirSync(dataDir).sort()).toEqual(['events.db', 'read.db']);
      expect(readFileSync(join(dataDir, 'events.db'))).toEqual(readFileSync(join(from, 'events.db')));
    }
  });

  it('overwrites nothing, and leaves a folder in use as it is', async () => {
    const from = await backedUp();
    const dataDir = await dataFolder(1, null);
    const store = openSqliteEventStore({ file: join(dataDir, 'events.db'), now });
    const before = readdirSync(dataDir);
    const { code, err } = await restore(from, dataDir);
    expect([code, err]).toEqual([1, expect.stringContaining('is not empty: stop the apps')]);
    expect(readdirSync(dataDir)).toEqual(before);
    await store.close();
  });

  it('takes a folder without a manifest for what it is: a backup that did not end', async () => {
    const from = await backedUp();
    await rm(join(from, 'manifest.json'));
    const dataDir = newFolder();
    expect((await restore(from, dataDir)).err).toContain('is no backup');
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it.each([
    [
      'one byte of a file is another',
      (file: string) => {
        const bytes = readFileSync(file);
        bytes[bytes.length - 1]! ^= 1;
        writeFileSync(file, bytes);
      },
    ],
    ['a file is cut short', (file: string) => writeFileSync(file, readFileSync(file).subarray(0, 4_096))],
  ])('restores nothing when %s', async (_damage, damage) => {
    const from = await backedUp();
    damage(join(from, 'events.db'));
    const dataDir = newFolder();
    const { code, err } = await restore(from, dataDir);
    expect([code, err]).toEqual([1, expect.stringContaining('is not what the backup wrote')]);
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it('restores nothing when a file is missing or the manifest is not one', async () => {
    const from = await backedUp();
    const dataDir = newFolder();
    await rm(join(from, 'events.db'));
    expect((await restore(from, dataDir)).err).toContain('cannot be copied');
    writeFileSync(join(from, 'manifest.json'), '{"version":2}');
    expect((await restore(from, dataDir)).err).toContain('damaged or of a newer program');
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it('needs to be told where to', async () => {
    expect((await run({ DATA_DIR: newFolder() }, 'restore', newFolder())).code).toBe(2);
  });
});

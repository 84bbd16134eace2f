import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import Database from 'better-sqlite3';
import { itemOf, newEvent, newEvents, readToHead, tempFolders } from '../testing/index.js';
import { backupSqliteFile, openSqliteEventStore } from './index.js';

const newFolder = tempFolders();
const now = (): number => 1_767_000_000_000;

/** A writer in a process of its own that never pauses; `acknowledged` grows by what it has durable. */
function appendForever(file: string) {
  const hooks = resolve('libs/event-store/src/testing/typescript-hooks.mjs');
  const script = resolve('libs/event-store/src/testing/append-until-killed.ts');
  const child = spawn(process.execPath, ['--import', hooks, script, file, '1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const acknowledged: { id: string; position: string }[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => acknowledged.push(JSON.parse(line) as { id: string; position: string }));
  const until = async (count: number): Promise<void> => {
    while (acknowledged.length < count) await once(lines, 'line');
  };
  const kill = async (): Promise<void> => {
    const ended = once(child, 'close');
    child.kill('SIGKILL');
    await ended;
  };
  return { acknowledged, until, kill };
}

describe('backupSqliteFile', () => {
  it('ends while another process never stops appending, and has all that was acknowledged before', async () => {
    const folder = newFolder();
    const from = join(folder, 'events.db');
    const to = join(folder, 'copy.db');
    const writer = appendForever(from);
    try {
      await writer.until(2_000);
      const before = [...writer.acknowledged];
      // So many steps that commits fall between them.
      await backupSqliteFile({ from, to, pagesAStep: 2 });
      await writer.until(writer.acknowledged.length + 1);
      const copy = openSqliteEventStore({ file: to, now, readOnly: true });
      const events = await readToHead(copy);
      await copy.close();
      const places = new Map(events.map(({ id, position }) => [id, String(position)]));
      expect(before.filter(({ id, position }) => places.get(id) !== position)).toEqual([]);
      expect(events.map(({ position }) => Number(position))).toEqual(events.map((_, at) => at + 1));
    } finally {
      await writer.kill();
    }
  });

  it('is one file for its owner alone, without a write-ahead log, and the source is as it was', async () => {
    const folder = newFolder();
    const from = join(folder, 'events.db');
    const store = openSqliteEventStore({ file: from, now });
    await store.append([itemOf('s', 'noStream', ...newEvents(1, 3))]);
    const to = join(newFolder(), 'copy.db');
    await backupSqliteFile({ from, to });
    expect(readdirSync(join(to, '..'))).toEqual(['copy.db']);
    expect(statSync(to).mode & 0o777).toBe(0o600);
    expect(await store.append([itemOf('s', 2, newEvent(4))])).toMatchObject([{ outcome: 'appended' }]);
    await store.close();
  });

  it('can be appended to once it is put in place', async () => {
    const from = join(newFolder(), 'events.db');
    const store = openSqliteEventStore({ file: from, now });
    await store.append([itemOf('s', 'noStream', newEvent(1))]);
    const to = join(newFolder(), 'events.db');
    await backupSqliteFile({ from, to });
    await store.close();
    const restored = openSqliteEventStore({ file: to, now });
    expect(await restored.append([itemOf('s', 0, newEvent(2))])).toMatchObject([{ position: 2n }]);
    await restored.close();
  });

  it('has what a killed writer left in the write-ahead log alone', async () => {
    const from = join(newFolder(), 'events.db');
    const writer = appendForever(from);
    await writer.until(20);
    await writer.kill();
    expect(statSync(`${from}-wal`).size).toBeGreaterThan(0);
    const to = join(newFolder(), 'copy.db');
    await backupSqliteFile({ from, to });
    const copy = new Database(to, { readonly: true });
    const ids = new Set(copy.prepare<[], string>('SELECT id FROM events').pluck().all());
    copy.close();
    expect(writer.acknowledged.filter(({ id }) => !ids.has(id))).toEqual([]);
  });

  it('does not pass a damaged file on as a backup', async () => {
    const from = join(newFolder(), 'events.db');
    const store = openSqliteEventStore({ file: from, now });
    await store.append([itemOf('s', 'noStream', ...newEvents(1, 2_000))]);
    await store.close();
    const pages = statSync(from).size / 4_096;
    truncateSync(from, Math.floor(pages / 2) * 4_096);
    const to = join(newFolder(), 'copy.db');
    await expect(backupSqliteFile({ from, to })).rejects.toMatchObject({ code: 'store-corrupt' });
  });

  it('tells of a missing file and of one that is no database, and creates neither', async () => {
    const folder = newFolder();
    const missing = join(folder, 'missing.db');
    const to = join(folder, 'copy.db');
    await expect(backupSqliteFile({ from: missing, to })).rejects.toMatchObject({
      code: 'store-unavailable',
    });
    const other = join(folder, 'other.db');
    writeFileSync(other, 'not a database, but long enough to have a header of one'.repeat(10));
    await expect(backupSqliteFile({ from: other, to })).rejects.toMatchObject({ code: 'store-corrupt' });
    expect(existsSync(missing)).toBe(false);
  });
});

// What the embedded store promises beyond the contract: opening, other processes' connections, damage, the WAL.
import { closeSync, existsSync, openSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from '@jest/globals';
import {
  eventId,
  followUntil,
  itemOf,
  newEvent,
  newEvents,
  readToHead,
  tempFolders,
} from '../testing/index.js';
import { openSqliteEventStore, waitForEventStore } from './index.js';
import { openDatabase } from './open-database.js';

const newFolder = tempFolders();
const newFile = () => join(newFolder(), 'deeper', 'events.db');
const now = () => 1_700_000_000_000;
const opening =
  (file: string, readOnly = false) =>
  () =>
    openSqliteEventStore({ file, now, readOnly });

describe('opening', () => {
  it('a reader on a missing file is told that the store is unavailable and creates nothing', () => {
    const file = newFile();
    expect(opening(file, true)).toThrow(expect.objectContaining({ code: 'store-unavailable' }));
    expect(existsSync(file)).toBe(false);
  });

  it('a reader on a file without tables yet is told the same', () => {
    const file = join(newFolder(), 'events.db');
    writeFileSync(file, '');
    expect(opening(file, true)).toThrow(expect.objectContaining({ code: 'store-unavailable' }));
  });

  it('a reader can wait for the file, or give up by its signal', async () => {
    const file = newFile();
    const waits: string[] = [];
    const waiting = waitForEventStore({
      file,
      now,
      signal: new AbortController().signal,
      onWaiting: ({ code }) => waits.push(code),
    });
    expect(waits).toEqual(['store-unavailable']);
    const writer = opening(file)();
    await writer.append([itemOf('agent-1-1', 'noStream', newEvent(1))]);
    const reader = (await waiting)!;
    expect(await readToHead(reader)).toHaveLength(1);
    await writer.close();
    await reader.close();

    expect(await waitForEventStore({ file: newFile(), now, signal: AbortSignal.timeout(1) })).toBeNull();
  });

  it('every open is WAL and syncs at each commit, a reopened file too', () => {
    const file = newFile();
    for (const readOnly of [false, false, true]) {
      const db = openDatabase({ file, readOnly, busyTimeoutMs: 1_234 });
      expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
      expect(db.pragma('synchronous', { simple: true })).toBe(2);
      expect(db.pragma('busy_timeout', { simple: true })).toBe(1_234);
      db.close();
    }
  });

  it('a newer schema version is refused and named', async () => {
    const file = newFile();
    await opening(file)().close();
    const raw = new Database(file);
    raw.pragma('user_version = 2');
    raw.close();
    for (const readOnly of [false, true])
      expect(opening(file, readOnly)).toThrow(/schema version 2.*knows 1/);
  });

  it("somebody else's database is refused and left alone, a file that is none is corrupt", () => {
    const file = join(newFolder(), 'other.db');
    const raw = new Database(file);
    raw.exec('CREATE TABLE theirs (x)');
    raw.close();
    expect(opening(file)).toThrow(expect.objectContaining({ code: 'store-misuse' }));
    const again = new Database(file);
    expect(again.pragma('journal_mode', { simple: true })).toBe('delete');
    again.close();

    const text = join(newFolder(), 'text.db');
    writeFileSync(text, 'not a database at all, but long enough to be mistaken for one\n'.repeat(100));
    expect(opening(text)).toThrow(expect.objectContaining({ code: 'store-corrupt' }));
  });
});

describe('a reader beside the writer', () => {
  it('follows what another connection appends, and cannot append', async () => {
    const file = newFile();
    const writer = opening(file)();
    const reader = opening(file, true)();
    const following = followUntil(reader, 30);
    for (let n = 0; n < 30; n += 1) await writer.append([itemOf(`agent-1-${n}`, 'noStream', newEvent(n))]);
    expect((await following).map(({ id }) => id)).toEqual(Array.from({ length: 30 }, (_, n) => eventId(n)));
    await expect(reader.append([itemOf('agent-1-1', 0, newEvent(1))])).rejects.toMatchObject({
      code: 'store-misuse',
    });
    await writer.close();
    await reader.close();
  });

  it('what another connection appends counts at once, however well the stream was known', async () => {
    const file = newFile();
    const [one, other] = [opening(file)(), opening(file)()];
    await one.append([itemOf('agent-1-1', 'noStream', newEvent(1))]);
    await other.append([itemOf('agent-1-1', 0, newEvent(2)), itemOf('agent-1-2', 'noStream', newEvent(20))]);
    expect(
      await one.append([
        { ...itemOf('agent-1-1', 0, newEvent(3)), surelyNew: true },
        itemOf('agent-1-2', 'noStream', newEvent(20)),
        itemOf('agent-1-3', 'noStream', newEvent(30)),
      ]),
    ).toMatchObject([
      { outcome: 'conflict', actual: 1 },
      { outcome: 'duplicate', position: 3n },
      { outcome: 'appended', position: 4n },
    ]);
    expect(await one.append([itemOf('agent-1-1', 1, newEvent(3))])).toMatchObject([{ position: 5n }]);
    await one.close();
    await other.close();
  });

  it('a locked file makes an append unavailable, and the retry goes through', async () => {
    const file = newFile();
    const writer = openSqliteEventStore({ file, now, busyTimeoutMs: 10 });
    const raw = new Database(file);
    raw.exec('BEGIN IMMEDIATE');
    const item = itemOf('agent-1-1', 'noStream', newEvent(1));
    await expect(writer.append([item])).rejects.toMatchObject({ code: 'store-unavailable' });
    raw.exec('COMMIT');
    raw.close();
    expect(await writer.append([item])).toMatchObject([{ outcome: 'appended', position: 1n }]);
    await writer.close();
  });
});

describe('damage is never passed over', () => {
  async function storeWithDamage(sql: string) {
    const file = newFile();
    const store = opening(file)();
    await store.append([itemOf('agent-1-1', 'noStream', ...newEvents(1, 5))]);
    const raw = new Database(file);
    raw.exec('DROP TRIGGER events_refuse_delete; DROP TRIGGER events_refuse_update;');
    raw.exec(sql);
    raw.close();
    return store;
  }

  it.each([
    ['a hole', 'DELETE FROM events WHERE position = 3'],
    ['a missing beginning', 'DELETE FROM events WHERE position = 1'],
    ['data that is not JSON', `UPDATE events SET data = '{' WHERE position = 2`],
  ])('%s stops readAll and follow', async (_what, sql) => {
    const store = await storeWithDamage(sql);
    const corrupt = { code: 'store-corrupt' };
    await expect(readToHead(store)).rejects.toMatchObject(corrupt);
    await expect(readToHead(store, 2)).rejects.toMatchObject(corrupt);
    await expect(followUntil(store, 5)).rejects.toMatchObject(corrupt);
    await store.close();
  });

  it('a log that ends before the position asked for has been replaced: it is not followed', async () => {
    const store = await storeWithDamage('DELETE FROM events WHERE position > 3');
    await expect(followUntil(store, 1, 5n)).rejects.toMatchObject({ code: 'store-corrupt' });
    await expect(store.readAll({ after: 4n, limit: 1 })).rejects.toMatchObject({ code: 'store-corrupt' });
    expect(await store.readAll({ after: 3n, limit: 1 })).toEqual({ events: [], next: 3n, atHead: true });
    await store.close();
  });

  it('overwritten pages of the file are corrupt, not unavailable', async () => {
    const file = newFile();
    const store = opening(file)();
    await store.append([itemOf('agent-1-1', 'noStream', ...newEvents(1, 500))]);
    await store.close();
    const descriptor = openSync(file, 'r+');
    for (let at = 4_096; at < statSync(file).size; at += 4_096) {
      writeSync(descriptor, Buffer.alloc(2_000, 0xff), 0, 2_000, at);
    }
    closeSync(descriptor);
    // Found at the open or at the read, whichever touches a damaged page first.
    await expect((async () => readToHead(openSqliteEventStore({ file, now })))()).rejects.toMatchObject({
      code: 'store-corrupt',
    });
  });
});

describe('the write-ahead log', () => {
  it('is truncated once the writer is idle', async () => {
    const store = opening(newFile())();
    await store.append([itemOf('agent-1-1', 'noStream', ...newEvents(1, 100))]);
    expect(store.walBytes()).toBeGreaterThan(0);
    while (store.walBytes() > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await readToHead(store)).toHaveLength(100);
    await store.close();
  });

  it('a reader in the way delays the truncation and nothing else', async () => {
    const file = newFile();
    const store = opening(file)();
    await store.append([itemOf('agent-1-1', 'noStream', ...newEvents(1, 10))]);
    const raw = new Database(file);
    raw.exec('BEGIN; SELECT count(*) FROM events;');
    raw.prepare('SELECT count(*) FROM events').get();
    await store.append([itemOf('agent-1-1', 9, newEvent(11))]);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(store.walBytes()).toBeGreaterThan(0);
    expect(await store.append([itemOf('agent-1-1', 10, newEvent(12))])).toMatchObject([
      { outcome: 'appended' },
    ]);
    raw.exec('COMMIT');
    raw.close();
    while (store.walBytes() > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await store.close();
  });
});

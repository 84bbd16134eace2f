// A file that another fold version filled.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { openSqliteEventStore } from '@libs/event-store/sqlite';
import { itemOf, newEvent, tempFolders } from '@libs/event-store/testing';
import { ModelDamagedError } from '@libs/projection';
import { FOLD_VERSION } from '../schema.js';
import { openReadModelWriter } from '../writer/read-model-writer.js';
import { openSqlite } from './open-sqlite.js';

describe('the tables of another fold version', () => {
  const newFolder = tempFolders();

  it('are all dropped, those of former names too, and filled anew', async () => {
    const file = join(newFolder(), 'read.db');
    const old = new Database(file);
    old.pragma('application_id = 0x41534872');
    old.exec(`CREATE TABLE checkpoint (id INTEGER PRIMARY KEY, fold_version INTEGER NOT NULL, position TEXT);
      INSERT INTO checkpoint VALUES (1, ${FOLD_VERSION - 1}, '12');
      CREATE TABLE interval (series INTEGER); CREATE TABLE agent (agent INTEGER PRIMARY KEY)`);
    old.close();
    const sql = openSqlite(file, 'write');
    const model = await openReadModelWriter(sql);
    expect(await model.checkpoint()).toBeNull();
    expect(await sql.all("SELECT name FROM sqlite_master WHERE name = 'interval'")).toEqual([]);
    await model.apply({ events: [], expected: null, next: 3n });
    await sql.close();

    const again = openSqlite(file, 'write');
    expect(await (await openReadModelWriter(again)).checkpoint()).toBe(3n);
    await again.close();
  });
});

describe('a file that is not a read model', () => {
  const newFolder = tempFolders();

  it('is refused and left as it is, the event log above all', async () => {
    const file = join(newFolder(), 'events.db');
    const store = openSqliteEventStore({ file, now: Date.now });
    await store.append([itemOf('agent-7-1', 'noStream', newEvent(1))]);
    const sql = openSqlite(file, 'write');
    await expect(openReadModelWriter(sql)).rejects.toBeInstanceOf(ModelDamagedError);
    await sql.close();
    expect((await store.readAll({ after: null, limit: 10 })).events).toHaveLength(1);
    await store.close();
  });

  it('is told by its first bytes, and blamed on no event', () => {
    const file = join(newFolder(), 'read.db');
    writeFileSync(file, 'garbage '.repeat(1000));
    expect(() => openSqlite(file, 'write')).toThrow(ModelDamagedError);
  });
});

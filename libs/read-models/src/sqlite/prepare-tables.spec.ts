// A file that another fold version filled.
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { tempFolders } from '@libs/event-store/testing';
import { FOLD_VERSION } from '../schema.js';
import { openReadModelWriter } from '../writer/read-model-writer.js';
import { openSqlite } from './open-sqlite.js';

describe('the tables of another fold version', () => {
  const newFolder = tempFolders();

  it('are all dropped, those of former names too, and filled anew', async () => {
    const file = join(newFolder(), 'read.db');
    const old = new Database(file);
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

// S6's database part: what a raw connection with SQLite's default settings cannot do to the log.
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventId, itemOf, newEvents, readToHead, tempFolders } from '../testing/index.js';
import { openSqliteEventStore } from './index.js';
import type { SqliteEventStore } from './index.js';

const insertOf = (
  verb: string,
  position: number,
  stream: string,
  revision: number,
  id: string,
  recordedAt = 99,
) =>
  `${verb} INTO events VALUES (${position}, '${stream}', ${revision}, '${id}', 't', '{}', '{}', ${recordedAt})`;

describe('S6: the database refuses to change an event', () => {
  const newFolder = tempFolders();
  let store: SqliteEventStore;
  let raw: Database.Database;

  beforeEach(async () => {
    const file = join(newFolder(), 'events.db');
    store = openSqliteEventStore({ file, now: () => 50 });
    await store.append([itemOf('agent-1-1', 'noStream', ...newEvents(1, 3))]);
    raw = new Database(file);
  });

  afterEach(async () => {
    raw.close();
    await store.close();
  });

  it.each([
    ['update', `UPDATE events SET data = '{}' WHERE position = 2`],
    ['update or replace', `UPDATE OR REPLACE events SET position = 1 WHERE position = 2`],
    ['delete', `DELETE FROM events WHERE position = 3`],
    ['delete everything', `DELETE FROM events`],
    ['replace by position', insertOf('INSERT OR REPLACE', 2, 'agent-1-1', 3, eventId(9))],
    ['replace by revision', insertOf('REPLACE', 4, 'agent-1-1', 1, eventId(9))],
    ['replace by id', insertOf('INSERT OR REPLACE', 4, 'agent-1-1', 3, eventId(2))],
    [
      'upsert',
      `${insertOf('INSERT', 2, 'agent-1-1', 1, eventId(2))} ON CONFLICT (position) DO UPDATE SET data = '[]'`,
    ],
    ['insert or ignore over an event', insertOf('INSERT OR IGNORE', 2, 'agent-1-1', 1, eventId(2))],
    ['insert that leaves a hole', insertOf('INSERT', 5, 'agent-1-2', 0, eventId(9))],
    ['insert before the first', insertOf('INSERT', 0, 'agent-1-2', 0, eventId(9))],
    ['insert that skips a revision', insertOf('INSERT', 4, 'agent-1-1', 4, eventId(9))],
    ['insert into the past', insertOf('INSERT', 4, 'agent-1-2', 0, eventId(9), 49)],
  ])('%s', async (_what, sql) => {
    const before = await readToHead(store);
    expect(() => raw.exec(sql)).toThrow(/immutable|append-only/);
    expect(await readToHead(store)).toEqual(before);
  });

  it('an insert that breaks none of it is let through', async () => {
    raw.exec(insertOf('INSERT', 4, 'agent-1-1', 3, eventId(9)));
    expect(await readToHead(store)).toHaveLength(4);
  });
});

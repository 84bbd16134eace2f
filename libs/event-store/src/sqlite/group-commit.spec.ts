// How appends share transactions, on a real file.
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { itemOf, newEvent, newEvents, tempFolders } from '../testing/index.js';
import { createAppendBatch } from './append-batch.js';
import { createGroupCommit, MAX_BATCH_EVENTS, MAX_BATCH_SIZE } from './group-commit.js';
import { openDatabase } from './open-database.js';
import type { AppendItem } from '../event-store.js';
import { prepareItems } from '../prepared-item.js';
import type { PreparedItem } from '../prepared-item.js';
import { createEventReader } from './read-events.js';

const newFolder = tempFolders();

function openGroupCommit() {
  const db = openDatabase({ file: join(newFolder(), 'events.db'), readOnly: false, busyTimeoutMs: 100 });
  const appendBatch = createAppendBatch(db, () => 1);
  const batches: (readonly PreparedItem[])[] = [];
  const commits = createGroupCommit(
    (items) => {
      batches.push(items);
      return appendBatch(items);
    },
    () => undefined,
  );
  return { db, batches, commits };
}

const prepareItem = (item: AppendItem): PreparedItem => prepareItems([item])[0]!;
const streamItem = (n: number) => prepareItem(itemOf(`agent-1-${n}`, 'noStream', newEvent(n)));

describe('group commit', () => {
  it('appends that arrive in one turn of the event loop share one transaction', async () => {
    const { db, batches, commits } = openGroupCommit();
    const results = await Promise.all(Array.from({ length: 100 }, (_, n) => commits.add([streamItem(n)])));
    expect(results.flat().every(({ outcome }) => outcome === 'appended')).toBe(true);
    expect(batches.map((items) => items.length)).toEqual([100]);
    db.close();
  });

  it('a transaction is bounded in events and in size, and an item is never cut', async () => {
    const { db, batches, commits } = openGroupCommit();
    const long = prepareItem(
      itemOf('agent-1-9999', 'noStream', ...newEvents(50_000, MAX_BATCH_EVENTS + 500)),
    );
    const large = (n: number) =>
      prepareItem(itemOf(`agent-2-${n}`, 'noStream', newEvent(n, 'x'.repeat(MAX_BATCH_SIZE * 0.6))));
    const small = Array.from({ length: MAX_BATCH_EVENTS + 1 }, (_, n) => streamItem(n));
    await Promise.all([...small, long, large(1), large(2)].map((item) => commits.add([item])));
    expect(batches.map((items) => items.length)).toEqual([MAX_BATCH_EVENTS, 1, 1, 1, 1]);
    db.close();
  });

  it('a call that takes several transactions is answered once, each item in its place', async () => {
    const { db, batches, commits } = openGroupCommit();
    const many = Array.from({ length: 2 * MAX_BATCH_EVENTS + 1 }, (_, n) => streamItem(n));
    const [before, results, after] = await Promise.all([
      commits.add([streamItem(9_000)]),
      commits.add(many),
      commits.add([streamItem(9_001), streamItem(9_000)]),
    ]);
    expect(batches.map((items) => items.length)).toEqual([MAX_BATCH_EVENTS, MAX_BATCH_EVENTS, 4]);
    expect(before).toMatchObject([{ position: 1n }]);
    expect(results).toMatchObject(many.map((_, n) => ({ outcome: 'appended', position: BigInt(n + 2) })));
    expect(after).toMatchObject([
      { outcome: 'appended', position: BigInt(many.length + 2) },
      { outcome: 'duplicate', position: 1n },
    ]);
    db.close();
  });

  it('on the way out a file that is locked is waited for once, however much is left', async () => {
    const { db, batches, commits } = openGroupCommit();
    const other = new Database(db.name);
    other.exec('BEGIN IMMEDIATE');
    const calls = [0, 1, 2].map((call) =>
      commits.add(
        Array.from({ length: MAX_BATCH_EVENTS }, (_, n) => streamItem(call * MAX_BATCH_EVENTS + n)),
      ),
    );
    const answers = Promise.allSettled(calls);
    commits.flush();
    expect(batches).toHaveLength(1);
    const refused = { status: 'rejected', reason: { code: 'store-unavailable' } };
    expect(await answers).toMatchObject([refused, refused, refused]);
    other.close();
    db.close();
  });

  it('a call of which one transaction fails is refused, and no more of it is tried', async () => {
    const { db, batches, commits } = openGroupCommit();
    const good = Array.from({ length: MAX_BATCH_EVENTS }, (_, n) => streamItem(n));
    db.exec(`CREATE TRIGGER refuse BEFORE INSERT ON events WHEN NEW.stream = 'agent-1-5000'
             BEGIN SELECT RAISE(ABORT, 'not this one'); END`);
    const calls = [
      commits.add([...good, streamItem(5_000), streamItem(5_001)]),
      commits.add([streamItem(5_002)]),
    ];
    await expect(calls[0]).rejects.toMatchObject({ code: 'store-corrupt' });
    await expect(calls[1]).rejects.toMatchObject({ code: 'store-corrupt' });
    expect(batches.map((items) => items.length)).toEqual([MAX_BATCH_EVENTS, 3]);
    expect(createEventReader(db).head()).toBe(BigInt(MAX_BATCH_EVENTS));
    // And what was rolled back is not remembered.
    expect(await commits.add([streamItem(5_002)])).toMatchObject([{ outcome: 'appended', revision: 0 }]);
    db.close();
  });

  it('a full disk acknowledges nobody of its transaction, keeps nothing of it, and passes', async () => {
    const { db, commits } = openGroupCommit();
    const pages = db.pragma('page_count', { simple: true }) as number;
    db.pragma(`max_page_count = ${pages + 2}`);
    const big = prepareItem(itemOf('agent-1-2', 'noStream', newEvent(2, 'x'.repeat(100_000))));
    const adding = () => Promise.allSettled([commits.add([streamItem(1)]), commits.add([big])]);

    for (const outcome of await adding()) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'store-unavailable' } });
    }
    expect(createEventReader(db).head()).toBeNull();

    db.pragma('max_page_count = 100000');
    expect(await adding()).toMatchObject([
      { value: [{ outcome: 'appended', position: 1n }] },
      { value: [{ outcome: 'appended', position: 2n }] },
    ]);
    db.close();
  });
});

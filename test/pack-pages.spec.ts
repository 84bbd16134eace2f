// The compiled packing threads over a real log: pages that follow one another, and some that end early.
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AGENT_UPDATED } from '@libs/domain';
import { arbitraryLongFeed } from '@libs/domain/testing';
import { openSqliteEventStore } from '@libs/event-store/sqlite';
import { newEvent, tempFolders } from '@libs/event-store/testing';
import { openReadModelWriter, openSqlite } from '@libs/read-models';
import { expectPure } from '@libs/read-models/testing';
import { packPagesInThreads } from '../apps/projector/src/project/pack-pages.js';

const newFolder = tempFolders();
const WORKER = new URL('../dist/apps/projector/src/project/pack-worker.js', import.meta.url);
/** Two of them are more than a page takes. */
const LARGE = 'x'.repeat(9_000_000);

describe('a log packed in threads', () => {
  it.each([3, 1_000])('gives what the pure fold gives, in pages of %d events', async (pageEvents) => {
    const [delivered = []] = fc.sample(arbitraryLongFeed, { seed: 20_261_128, numRuns: 1 });
    const updates = [...new Map(delivered.map((update) => [update.eventId, update])).values()];
    const folder = newFolder();
    const path = join(folder, 'events.db');
    const store = openSqliteEventStore({ file: path, now: Date.now });
    const revisions = new Map<string, number>();
    for (const { stream, eventId: id, fingerprint, data } of updates) {
      const revision = revisions.get(stream) ?? -1;
      const event = { id, type: AGENT_UPDATED, data, metadata: { fingerprint } };
      await store.append([
        { stream, expectedRevision: revision === -1 ? 'noStream' : revision, events: [event] },
      ]);
      revisions.set(stream, revision + 1);
    }
    const large = [1, 2, 3].map((n) => ({ ...newEvent(n, LARGE), type: 'Large' }));
    await store.append([{ stream: 'large', expectedRevision: 'noStream', events: large }]);
    const head = (await store.head()) ?? 0n;

    const url = { kind: 'sqlite', path } as const;
    const sql = openSqlite(join(folder, 'read.db'), 'write');
    const pack = packPagesInThreads({ eventStore: url, readModel: url }, { pageEvents, worker: WORKER });
    const model = await openReadModelWriter(sql, pack);
    const source = { head, maySkip: () => false, signal: new AbortController().signal };
    const nothing = (async function* () {
      await Promise.reject(new Error('the pages are packed in threads'));
      yield [];
    })();
    expect(await model.refill!({ ...source, pages: nothing })).toEqual({
      position: head,
      events: updates.length + large.length,
    });
    expect(head).toBe(BigInt(updates.length + large.length));
    await expectPure(sql, updates);
    await sql.close();
    await store.close();
  });
});

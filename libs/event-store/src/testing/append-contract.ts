// What append promises on every engine: all or nothing per stream (S1), exact revisions (S2), idempotent ids (S3).
import { describe, expect, it } from '@jest/globals';
import type { UseStore } from './event-store-contract.js';
import { eventId, itemOf, newEvent, newEvents } from './sample-events.js';
import { readToHead } from './follow-until.js';
import { SerializedJson } from '../serialized-json.js';

export function describeAppend(useStore: UseStore): void {
  describe('S1: append is all or nothing per stream and durable before it answers', () => {
    it('what was acknowledged is there after reopening', async () => {
      const { store, reopen } = useStore();
      const [result] = await store().append([itemOf('agent-1-1', 'noStream', ...newEvents(1, 3))]);
      expect(result).toMatchObject({ outcome: 'appended', revision: 2 });

      await reopen();

      const events = await store().readStream('agent-1-1', { limit: 10 });
      expect(events.map(({ id, revision }) => [id, revision])).toEqual([
        [eventId(1), 0],
        [eventId(2), 1],
        [eventId(3), 2],
      ]);
      expect(await store().head()).toEqual(events.at(-1)?.position);
    });

    it('items of different streams succeed or fail alone, answered in order', async () => {
      const { store } = useStore();
      await store().append([itemOf('agent-1-1', 'noStream', newEvent(1))]);

      const results = await store().append([
        itemOf('agent-1-2', 'noStream', newEvent(2)),
        itemOf('agent-1-1', 'noStream', newEvent(3), newEvent(4)),
        itemOf('agent-1-3', 7, newEvent(5)),
        itemOf('agent-1-4', 'noStream', newEvent(6)),
      ]);

      expect(results).toMatchObject([
        { outcome: 'appended', revision: 0 },
        { outcome: 'conflict', actual: 0 },
        { outcome: 'conflict', actual: 'noStream' },
        { outcome: 'appended', revision: 0 },
      ]);
      expect((await readToHead(store())).map(({ id }) => id).sort()).toEqual([1, 2, 6].map(eventId));
    });

    it('two items of one stream in one call are taken in order', async () => {
      const { store } = useStore();
      const results = await store().append([
        itemOf('agent-1-1', 'noStream', newEvent(1)),
        itemOf('agent-1-1', 0, newEvent(2)),
        itemOf('agent-1-1', 0, newEvent(3)),
      ]);
      expect(results).toMatchObject([
        { outcome: 'appended', revision: 0 },
        { outcome: 'appended', revision: 1 },
        { outcome: 'conflict', actual: 1 },
      ]);
    });

    it('after one that conflicts none of its stream is appended, though it finds the revision that it expects', async () => {
      const { store } = useStore();
      // As another process would: two more than the caller of the next append knows of.
      await store().append([itemOf('agent-1-1', 'noStream', ...newEvents(1, 3))]);
      const late = [10, 11, 12, 13].map((n, index) => itemOf('agent-1-1', index, newEvent(n)));

      const results = await store().append([
        ...late,
        itemOf('agent-1-1', 2, newEvent(2)),
        itemOf('agent-1-2', 'noStream', newEvent(20)),
      ]);

      expect(results).toMatchObject([
        ...late.map(() => ({ outcome: 'conflict', actual: 2 })),
        { outcome: 'duplicate', revision: 1 },
        { outcome: 'appended', revision: 0 },
      ]);
      expect((await store().readStream('agent-1-1', { limit: 10 })).map(({ id }) => id)).toEqual(
        [1, 2, 3].map(eventId),
      );
      // It is a rule for one call: the next one may.
      expect(await store().append(late.slice(2, 3))).toMatchObject([{ outcome: 'appended', revision: 3 }]);
    });

    it('after a duplicate none of its stream is appended, though another event stands where it was planned', async () => {
      const { store } = useStore();
      // The caller knows of 1 and 2, another process has appended 3.
      await store().append([itemOf('agent-1-1', 'noStream', ...newEvents(1, 3))]);
      const results = await store().append([
        itemOf('agent-1-1', 1, newEvent(2)),
        itemOf('agent-1-1', 2, newEvent(10)),
        itemOf('agent-1-1', 3, newEvent(11)),
      ]);
      expect(results).toMatchObject([
        { outcome: 'duplicate', revision: 1 },
        { outcome: 'conflict', actual: 2 },
        { outcome: 'conflict', actual: 2 },
      ]);
      expect(await store().readStream('agent-1-1', { limit: 10 })).toHaveLength(3);
    });

    it('and no more of them are, however many there are', async () => {
      const { store } = useStore();
      await store().append([itemOf('agent-1-1', 'noStream', ...newEvents(1, 700))]);
      const late = newEvents(10_000, 1_500).map((event, index) => itemOf('agent-1-1', index, event));
      const results = await store().append(late);
      expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['conflict']));
      expect(await store().readStream('agent-1-1', { limit: 1_000 })).toHaveLength(700);
    });

    it('an append of nothing is answered with nothing', async () => {
      const { store } = useStore();
      expect(await store().append([])).toEqual([]);
      expect(await store().head()).toBeNull();
    });

    it.each([
      ['a bigint in its data', itemOf('agent-1-2', 'noStream', newEvent(2, { n: 1n }))],
      [
        'no data',
        itemOf(
          'agent-1-2',
          'noStream',
          newEvent(2, undefined),
          newEvent(2, () => 0),
        ),
      ],
      ['no events', itemOf('agent-1-2', 'noStream')],
      ['one id twice', itemOf('agent-1-2', 'noStream', newEvent(2), newEvent(2))],
      ['a revision that cannot be', itemOf('agent-1-2', -1, newEvent(2))],
    ])('an item with %s fails its own call as misuse and no other', async (_what, bad) => {
      const { store } = useStore();
      const [good, failing] = await Promise.allSettled([
        store().append([itemOf('agent-1-1', 'noStream', newEvent(1))]),
        store().append([bad]),
      ]);
      expect(good).toMatchObject({ status: 'fulfilled', value: [{ outcome: 'appended' }] });
      expect(failing).toMatchObject({ status: 'rejected', reason: { code: 'store-misuse' } });
      expect((await readToHead(store())).map(({ id }) => id)).toEqual([eventId(1)]);
    });
  });

  describe('S2: an exact expected revision', () => {
    it('of 50 racing appenders one wins and 49 get a conflict that says where the stream stands', async () => {
      const { store } = useStore();
      await store().append([itemOf('agent-1-1', 'noStream', newEvent(1))]);

      const racing = newEvents(100, 50).map((event) => store().append([itemOf('agent-1-1', 0, event)]));
      const results = (await Promise.all(racing)).flat();

      expect(results.filter(({ outcome }) => outcome === 'appended')).toHaveLength(1);
      expect(results.filter(({ outcome }) => outcome === 'conflict')).toEqual(
        Array.from({ length: 49 }, () => ({ outcome: 'conflict', actual: 1 })),
      );
      expect(await store().readStream('agent-1-1', { limit: 100 })).toHaveLength(2);
    });

    it('of 50 racing to create a stream one wins', async () => {
      const { store } = useStore();
      const racing = newEvents(100, 50).map((event) =>
        store().append([itemOf('agent-1-1', 'noStream', event)]),
      );
      const outcomes = (await Promise.all(racing)).flat().map(({ outcome }) => outcome);
      expect(outcomes.filter((outcome) => outcome === 'appended')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === 'conflict')).toHaveLength(49);
    });
  });

  describe('S3: appending the same ids again gives the same answer and no second event', () => {
    it('whatever revision is expected, now and after reopening', async () => {
      const { store, reopen } = useStore();
      const [first] = await store().append([itemOf('agent-1-1', 'noStream', ...newEvents(1, 2))]);
      await store().append([
        itemOf('agent-1-1', 1, newEvent(3)),
        itemOf('agent-1-2', 'noStream', newEvent(4)),
      ]);

      const again = { ...first, outcome: 'duplicate' };
      expect(await store().append([itemOf('agent-1-1', 'noStream', ...newEvents(1, 2))])).toEqual([again]);
      expect(await store().append([itemOf('agent-1-1', 2, ...newEvents(1, 2))])).toEqual([again]);
      await reopen();
      expect(await store().append([itemOf('agent-1-1', 'noStream', ...newEvents(1, 2))])).toEqual([again]);
      expect(await readToHead(store())).toHaveLength(4);
    });

    it('a retry that races the first attempt is a duplicate of it', async () => {
      const { store } = useStore();
      const attempts = Array.from({ length: 10 }, () =>
        store().append([itemOf('agent-1-1', 'noStream', newEvent(1))]),
      );
      const results = (await Promise.all(attempts)).flat();
      expect(results.filter(({ outcome }) => outcome === 'appended')).toHaveLength(1);
      expect(results.filter(({ outcome }) => outcome === 'duplicate')).toHaveLength(9);
      expect(new Set(results.map((result) => 'position' in result && result.position)).size).toBe(1);
    });

    it('ids known only in part are a conflict and add nothing', async () => {
      const { store } = useStore();
      await store().append([itemOf('agent-1-1', 'noStream', newEvent(1))]);
      expect(await store().append([itemOf('agent-1-1', 0, newEvent(1), newEvent(2))])).toEqual([
        { outcome: 'conflict', actual: 0 },
      ]);
      expect(await readToHead(store())).toHaveLength(1);
    });

    it('one id may stand in two streams', async () => {
      const { store } = useStore();
      await store().append([itemOf('agent-1-1', 'noStream', newEvent(1))]);
      const [result] = await store().append([itemOf('agent-1-2', 'noStream', newEvent(1))]);
      expect(result).toMatchObject({ outcome: 'appended', revision: 0 });
    });
  });

  describe('S6: events are immutable', () => {
    it('no append changes what was appended under the same id', async () => {
      const { store } = useStore();
      await store().append([itemOf('agent-1-1', 'noStream', newEvent(1, { was: 'first' }))]);
      const before = await readToHead(store());
      await store().append([itemOf('agent-1-1', 'noStream', newEvent(1, { was: 'second' }))]);
      await store().append([itemOf('agent-1-1', 0, newEvent(1, { was: 'third' }))]);
      expect(await readToHead(store())).toEqual(before);
    });

    it('data that is JSON text already is read as what it says', async () => {
      const { store } = useStore();
      const data = { name: 'Zoë', list: [1, { a: null }] };
      await store().append([
        itemOf('agent-1-1', 'noStream', newEvent(1, new SerializedJson(JSON.stringify(data)))),
      ]);
      const [read] = await store().readStream('agent-1-1', { limit: 1 });
      expect(read!.data).toEqual(data);
    });

    it('a caller that changes its objects afterwards changes nothing in the store', async () => {
      const { store } = useStore();
      const data = { status: 'available' };
      const appending = store().append([itemOf('agent-1-1', 'noStream', newEvent(1, data))]);
      data.status = 'busy';
      await appending;
      const [read] = await store().readStream('agent-1-1', { limit: 1 });
      (read!.data as typeof data).status = 'offline';
      const [again] = await store().readStream('agent-1-1', { limit: 1 });
      expect(again!.data).toEqual({ status: 'available' });
    });
  });
}

// What the two reads promise on every engine: a total order (S4), exact pages, payloads as they were given.
import { describe, expect, it } from '@jest/globals';
import { SerializedJson } from '../serialized-json.js';
import type { UseStore } from './event-store-contract.js';
import { eventId, itemOf, newEvent, newEvents } from './sample-events.js';
import { readToHead } from './follow-until.js';

export function describeReads(useStore: UseStore, largestAppendBytes: number): void {
  describe('S4: readAll is total, increasing and keeps the order of each stream', () => {
    it('pages of any size hold the same events, and next is the last one returned', async () => {
      const { store } = useStore();
      for (let n = 0; n < 7; n += 1) {
        const expected = n < 3 ? 'noStream' : Math.floor(n / 3) - 1;
        await store().append([itemOf(`agent-1-${n % 3}`, expected, newEvent(n))]);
      }
      const all = await readToHead(store());
      expect(all.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5, 6].map(eventId));

      for (const limit of [1, 2, 3, 7, 8]) expect(await readToHead(store(), limit)).toEqual(all);
      const page = await store().readAll({ after: all[1]!.position, limit: 3 });
      expect(page).toEqual({ events: all.slice(2, 5), next: all[4]!.position, atHead: false });
    });

    it('a full page that ends at the head says so, and the page after it is empty', async () => {
      const { store } = useStore();
      await store().append([itemOf('agent-1-1', 'noStream', ...newEvents(1, 4))]);
      const page = await store().readAll({ after: null, limit: 4 });
      expect(page.atHead).toBe(true);
      expect(await store().readAll({ after: page.next, limit: 4 })).toEqual({
        events: [],
        next: page.next,
        atHead: true,
      });
    });

    it('an empty store has no head and one empty page', async () => {
      const { store } = useStore();
      expect(await store().head()).toBeNull();
      expect(await store().readAll({ after: null, limit: 5 })).toEqual({
        events: [],
        next: null,
        atHead: true,
      });
    });

    it('positions survive being kept as text', async () => {
      const { store } = useStore();
      await store().append([itemOf('agent-1-1', 'noStream', ...newEvents(1, 2))]);
      const [first, second] = await readToHead(store());
      const page = await store().readAll({ after: BigInt(String(first!.position)), limit: 5 });
      expect(page.events).toEqual([second]);
    });

    it('recordedAt never runs backwards', async () => {
      const { store } = useStore();
      for (let n = 0; n < 20; n += 1) await store().append([itemOf(`agent-1-${n}`, 'noStream', newEvent(n))]);
      const times = (await readToHead(store())).map(({ recordedAt }) => recordedAt);
      expect(times).toEqual([...times].sort((a, b) => a - b));
    });
  });

  describe('readStream', () => {
    it('reads forwards and backwards from any revision, never more than the limit', async () => {
      const { store } = useStore();
      await store().append([itemOf('agent-1-1', 'noStream', ...newEvents(0, 6))]);
      await store().append([itemOf('agent-1-10', 'noStream', ...newEvents(50, 2))]);
      const revisions = async (options: {
        from?: number;
        direction?: 'forwards' | 'backwards';
        limit: number;
      }) => (await store().readStream('agent-1-1', options)).map(({ revision }) => revision);

      expect(await revisions({ limit: 100 })).toEqual([0, 1, 2, 3, 4, 5]);
      expect(await revisions({ from: 2, limit: 3 })).toEqual([2, 3, 4]);
      expect(await revisions({ from: 6, limit: 3 })).toEqual([]);
      expect(await revisions({ direction: 'backwards', limit: 2 })).toEqual([5, 4]);
      expect(await revisions({ direction: 'backwards', from: 3, limit: 100 })).toEqual([3, 2, 1, 0]);
    });

    it('a missing stream is empty in both directions', async () => {
      const { store } = useStore();
      await store().append([itemOf('agent-1-1', 'noStream', newEvent(1))]);
      expect(await store().readStream('agent-1-2', { limit: 5 })).toEqual([]);
      expect(await store().readStream('agent-1-2', { limit: 5, direction: 'backwards' })).toEqual([]);
    });
  });

  describe('payloads', () => {
    it.each([
      ['an empty object', {}],
      ['null', null],
      ['nesting and numbers', { a: [1, -0.5, 1e300, [], {}], b: { c: { d: [null, true, false] } } }],
      ['unicode', { 'clé 🎧': 'Zoë 日本 \u{1F469}\u200D\u{1F4BB} \u2028\u2029', 'e\u0301': 'e\u0301' }],
      ['NUL and control characters', { 'a\0b': 'c\0d', e: '\u0001\u001f\u007f' }],
      ['quotes and SQL', { text: `'; DROP TABLE events; --"\\` }],
      ['a lone surrogate', { text: 'a\ud800b' }],
      ['keys of Object.prototype', JSON.parse('{"__proto__": {"a": 1}, "constructor": 2}') as unknown],
      ['as much as an append may weigh', largePayload(largestAppendBytes)],
    ])('%s comes back as it was given', async (_what, payload) => {
      const { store, reopen } = useStore();
      const event = { id: eventId(1), type: 'Odd', data: payload, metadata: { payload } };
      await store().append([itemOf('agent-1-1', 'noStream', event)]);
      await reopen();
      const [read] = await store().readStream('agent-1-1', { limit: 1 });
      expect(read).toMatchObject({ stream: 'agent-1-1', revision: 0, id: eventId(1), type: 'Odd' });
      expect(JSON.stringify(read!.data)).toBe(JSON.stringify(payload));
      expect(JSON.stringify(read!.metadata)).toBe(JSON.stringify({ payload }));
    });

    it('as it is stored, is the very text that was given, which parsing would not keep', async () => {
      const { store, reopen } = useStore();
      const text = '{ "n": 12345678901234567891.50, "a": 1, "a": "\\u00e9 \u00e9 \u{1F3A7}" }';
      const event = {
        ...newEvent(1),
        data: new SerializedJson(text),
        metadata: new SerializedJson(' [1e2]'),
      };
      await store().append([itemOf('agent-1-1', 'noStream', event, newEvent(2))]);
      await reopen();
      const { events } = await store().readAll({ after: null, limit: 5, asStored: true });
      expect(events[0]).toMatchObject({ stream: 'agent-1-1', revision: 0, id: eventId(1), type: 'Counted' });
      expect(events[0]!.data).toEqual(new SerializedJson(text));
      expect(events[0]!.metadata).toEqual(new SerializedJson(' [1e2]'));
      expect(events[1]!.data).toEqual(new SerializedJson('{"n":2}'));
      expect(await store().readAll({ after: null, limit: 1 })).toMatchObject({ next: events[0]!.position });
    });
  });
}

/** As data and again as metadata, its UTF-8 comes to nearly `bytes`. */
function largePayload(bytes: number): unknown {
  return {
    text: 'é'.repeat(Math.floor(bytes / 5)),
    list: Array.from({ length: 10_000 }, (_, n) => n),
  };
}

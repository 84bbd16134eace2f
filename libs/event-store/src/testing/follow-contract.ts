// What a follower is promised on every engine: what is there, then what comes, in order, once each (S4, S5).
import { describe, expect, it } from '@jest/globals';
import type { EventStore } from '../event-store.js';
import type { UseStore } from './event-store-contract.js';
import { followUntil, readToHead } from './follow-until.js';
import { seededRandom } from './random.js';
import { eventId, itemOf, newEvent, newEvents } from './sample-events.js';

const APPENDERS = 16;
const HOT_STREAMS = 20;
const APPENDS_EACH = 25;

export function describeFollow(useStore: UseStore): void {
  describe('follow', () => {
    it('gives what is there, then what comes, in pages no longer than asked', async () => {
      const { store } = useStore();
      await store().append([itemOf('agent-1-1', 'noStream', ...newEvents(0, 5))]);
      const ending = new AbortController();
      const ids: string[] = [];
      const lengths: number[] = [];
      for await (const page of store().follow({ after: null, signal: ending.signal, pageSize: 2 })) {
        ids.push(...page.events.map(({ id }) => id));
        lengths.push(page.events.length);
        if (ids.length === 5) await store().append([itemOf('agent-1-1', 4, newEvent(5), newEvent(6))]);
        if (ids.length === 7) ending.abort();
      }
      expect(ids).toEqual([0, 1, 2, 3, 4, 5, 6].map(eventId));
      expect(Math.max(...lengths)).toBeLessThanOrEqual(2);
      expect(Math.min(...lengths)).toBeGreaterThan(0);
    });

    it('a follower that waits is given an event appended later', async () => {
      const { store } = useStore();
      const following = followUntil(store(), 1);
      await store().append([itemOf('agent-1-1', 'noStream', newEvent(1))]);
      expect((await following).map(({ id }) => id)).toEqual([eventId(1)]);
    });

    it('resumed after a position, after reopening too, it loses and repeats nothing', async () => {
      const { store, reopen } = useStore();
      await store().append([itemOf('agent-1-1', 'noStream', ...newEvents(0, 5))]);
      const first = await followUntil(store(), 2, null, 1);
      await reopen();
      await store().append([itemOf('agent-1-1', 4, newEvent(5))]);
      const rest = await followUntil(store(), 6 - first.length, first.at(-1)!.position, 2);
      expect([...first, ...rest].map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5].map(eventId));
    });

    it('ends quietly when its signal fires while it waits, and at once when it has fired already', async () => {
      const { store } = useStore();
      const ending = new AbortController();
      const waiting = collectPages(store(), ending.signal);
      ending.abort();
      expect(await waiting).toBe(0);
      await store().append([itemOf('agent-1-1', 'noStream', newEvent(1))]);
      expect(await collectPages(store(), ending.signal)).toBe(0);
    });

    it('a consumer may stop in the middle and start again', async () => {
      const { store } = useStore();
      await store().append([itemOf('agent-1-1', 'noStream', ...newEvents(0, 4))]);
      const { signal } = new AbortController();
      for await (const page of store().follow({ after: null, signal, pageSize: 1 })) {
        expect(page.events[0]?.id).toBe(eventId(0));
        break;
      }
      expect(await followUntil(store(), 4)).toHaveLength(4);
    });
  });

  describe('S4: concurrent appenders and a live follower', () => {
    it('16 appenders on 20 hot streams: nothing lost, nothing inverted, nothing twice', async () => {
      const { store } = useStore();
      const total = APPENDERS * APPENDS_EACH;
      const following = followUntil(store(), total, null, 7);
      await Promise.all(
        Array.from({ length: APPENDERS }, (_, appender) => appendToHotStreams(store(), appender)),
      );
      const followed = await following;

      expect(followed).toEqual(await readToHead(store()));
      expect(followed.map(({ id }) => id).sort()).toEqual(
        Array.from({ length: total }, (_, n) => eventId(n)),
      );
      followed
        .slice(1)
        .forEach((event, index) => expect(event.position > followed[index]!.position).toBe(true));
      for (const name of new Set(followed.map(({ stream }) => stream))) {
        const ofStream = await store().readStream(name, { limit: total });
        expect(followed.filter(({ stream }) => stream === name)).toEqual(ofStream);
        expect(ofStream.map(({ revision }) => revision)).toEqual(ofStream.map((_, index) => index));
      }
    });
  });
}

async function appendToHotStreams(store: EventStore, appender: number): Promise<void> {
  const random = seededRandom(appender + 1);
  for (let n = 0; n < APPENDS_EACH; n += 1) {
    const stream = `agent-1-${random(HOT_STREAMS)}`;
    const event = newEvent(appender * APPENDS_EACH + n);
    for (let done = false; !done;) {
      const [last] = await store.readStream(stream, { direction: 'backwards', limit: 1 });
      const [result] = await store.append([itemOf(stream, last?.revision ?? 'noStream', event)]);
      done = result!.outcome === 'appended';
    }
  }
}

async function collectPages(store: EventStore, signal: AbortSignal): Promise<number> {
  let pages = 0;
  for await (const page of store.follow({ after: null, signal })) pages += page.events.length;
  return pages;
}

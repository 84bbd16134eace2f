// S5 while things go wrong: a follower resumes by itself after the last event whose page it has handed on, and every event
// comes once, in order, in bounded memory.
import { describe, expect, it } from '@jest/globals';
import type { EventStore, Position, RecordedEvent } from '../event-store.js';
import { eventId, followUntil, itemOf, newEvent, newEvents, readToHead } from '../testing/index.js';
import { useKurrentDbDoubles } from '../testing/kurrentdb-double/index.js';
import type { KurrentDbDouble } from '../testing/kurrentdb-double/index.js';
import { openKurrentDbEventStore } from './index.js';

const doubles = useKurrentDbDoubles();

const json = (value: unknown) => Uint8Array.from(Buffer.from(JSON.stringify(value)));

/** Straight into the log, as another process would. */
function append(double: KurrentDbDouble, stream: string, first: number, count: number, data: unknown = {}) {
  const contentType = 'application/json';
  const events = newEvents(first, count).map(({ id, type }) => ({
    id,
    type,
    contentType,
    data: json(data),
    metadata: json({}),
  }));
  double.log.append(stream, double.log.stream(stream).length - 1, events);
}

const idsOf = (events: readonly RecordedEvent[]) => events.map(({ id }) => id);
const numbered = (count: number) => Array.from({ length: count }, (_, n) => eventId(n));

describe('a follower resumes by itself', () => {
  it.each([
    ['its connection breaks again and again', { breakSubscriptionsAfter: 7 }],
    ['the server ends the subscription in good order', { endSubscriptionsAfter: 5 }],
    ['the server tells who has caught up', { endSubscriptionsAfter: 9, tellCaughtUp: true }],
  ])('%s: nothing is lost, nothing comes twice', async (_what, fault) => {
    const double = await doubles.start();
    const retries: string[] = [];
    const store = doubles.open(double, { onRetry: (what) => retries.push(what) });
    Object.assign(double.faults, fault);
    for (let n = 0; n < 60; n += 1) {
      append(double, `agent-1-${n % 4}`, n, 1);
      append(double, `somebody-else-${n}`, 10_000 + n, 40);
    }
    const events = await followUntil(store, 60, null, 3);
    expect(idsOf(events)).toEqual(numbered(60));
    expect(events).toEqual(await readToHead(store));
    expect(new Set(retries)).toEqual(new Set(['follow']));
  });

  it('the server restarts on its port with its data, and more is appended meanwhile', async () => {
    const double = await doubles.start();
    const store = doubles.open(double);
    append(double, 'agent-1-1', 0, 20);
    const following = followUntil(store, 40, null, 6);
    while (double.sent() < 20) await new Promise((resolve) => setTimeout(resolve, 1));
    await double.stop();
    append(double, 'agent-1-1', 20, 10);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await double.start();
    append(double, 'agent-1-1', 30, 10);
    expect(idsOf(await following)).toEqual(numbered(40));
  });

  it('a server that never confirms is given up and asked again', async () => {
    const double = await doubles.start();
    const retries: unknown[] = [];
    const store = doubles.open(double, {
      readDeadlineMs: 100,
      onRetry: (_what, error) => {
        retries.push(error);
        double.faults.neverConfirm = false;
      },
    });
    append(double, 'agent-1-1', 0, 3);
    double.faults.neverConfirm = true;
    expect(idsOf(await followUntil(store, 3))).toEqual(numbered(3));
    expect(retries[0]).toMatchObject({
      code: 'store-unavailable',
      message: expect.stringContaining('100 ms'),
    });
  });
});

describe('what a follower sees', () => {
  it('the streams of its prefixes and nothing else, not even close by', async () => {
    const double = await doubles.start();
    const store = doubles.open(double);
    append(double, 'quarantine-1', 100, 3);
    append(double, 'agent-1-1', 0, 2);
    append(double, 'my-agent-1', 200, 1);
    append(double, 'operations', 2, 1);
    append(double, '$metadata', 300, 1);
    expect(idsOf(await followUntil(store, 3))).toEqual(numbered(3));
    expect(idsOf(await readToHead(store))).toEqual(numbered(3));
    expect(await store.head()).toBe(double.log.stream('operations')[0]!.position);
    const others = doubles.open(double, { prefixes: ['quarantine-'] });
    expect(await readToHead(others)).toHaveLength(3);
  });

  it.each([true, false])(
    'the last page says that it ends at the head (told by the server: %s)',
    async (told) => {
      const double = await doubles.start();
      const store = doubles.open(double);
      double.faults.tellCaughtUp = told;
      append(double, 'agent-1-1', 0, 25);
      const pages: [number, boolean][] = [];
      const ending = new AbortController();
      for await (const { events, atHead } of store.follow({
        after: null,
        signal: ending.signal,
        pageSize: 10,
      })) {
        pages.push([events.length, atHead]);
        if (atHead) ending.abort();
      }
      expect(pages).toEqual([
        [10, false],
        [10, false],
        [5, true],
      ]);
    },
  );

  it('when the time was that the server says', async () => {
    const double = await doubles.start({ now: () => 1_700_000_000_123 });
    const store = doubles.open(double);
    append(double, 'agent-1-1', 0, 1);
    expect(await followUntil(store, 1)).toMatchObject([{ recordedAt: 1_700_000_000_123 }]);
  });
});

describe('a slow consumer', () => {
  it('makes the server wait: what it has not taken is not sent', async () => {
    const double = await doubles.start();
    const store = doubles.open(double);
    const total = 6_000;
    for (let n = 0; n < total; n += 500) append(double, 'agent-1-1', n, 500, { text: 'x'.repeat(2_000) });
    const ending = new AbortController();
    const ids: string[] = [];
    let mostAhead = 0;
    for await (const { events } of store.follow({ after: null, signal: ending.signal, pageSize: 100 })) {
      ids.push(...idsOf(events));
      // Time enough for everything to arrive, if nothing held it back.
      if (ids.length <= 300) await new Promise((resolve) => setTimeout(resolve, 200));
      mostAhead = Math.max(mostAhead, double.sent() - ids.length);
      if (ids.length >= total) ending.abort();
    }
    expect(ids).toEqual(numbered(total));
    expect(mostAhead).toBeLessThan(total / 4);
  });
});

describe('the end', () => {
  const newFollower = (store: EventStore, signal: AbortSignal, after: Position | null = null) =>
    store.follow({ after, signal })[Symbol.asyncIterator]().next();

  it('the subscription goes with its follower', async () => {
    const double = await doubles.start();
    const store = doubles.open(double);
    append(double, 'agent-1-1', 0, 5);
    await followUntil(store, 5);
    while (double.subscriptions() > 0) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(double.subscriptions()).toBe(0);
  });

  it('the signal ends it quietly while the server is away, and while it hangs', async () => {
    const double = await doubles.start();
    const store = doubles.open(double);
    for (const breakIt of [() => double.stop(), () => Promise.resolve()]) {
      double.faults.neverConfirm = true;
      await breakIt();
      const ending = new AbortController();
      const next = newFollower(store, ending.signal);
      await new Promise((resolve) => setTimeout(resolve, 100));
      ending.abort();
      expect(await next).toMatchObject({ done: true });
      await double.stop();
      await double.start();
    }
  });

  it('a log that ends before the position was replaced: it is not followed', async () => {
    const double = await doubles.start();
    const store = doubles.open(double);
    append(double, 'agent-1-1', 0, 5);
    const beyond = double.log.records.at(-1)!.position + 1n;
    const { signal } = new AbortController();
    const corrupt = { code: 'store-corrupt' };
    await expect(newFollower(store, signal, beyond)).rejects.toMatchObject(corrupt);
    await expect(store.readAll({ after: beyond, limit: 5 })).rejects.toMatchObject(corrupt);
  });

  it('an event that is not JSON is never passed over', async () => {
    const double = await doubles.start();
    const store = doubles.open(double);
    const bytes = Uint8Array.from([0xff, 0x00]);
    const event = { ...newEvent(0), contentType: 'application/octet-stream', data: bytes, metadata: bytes };
    double.log.append('agent-1-1', -1, [event]);
    const { signal } = new AbortController();
    await expect(newFollower(store, signal)).rejects.toMatchObject({ code: 'store-corrupt' });
    await expect(store.readStream('agent-1-1', { limit: 1 })).rejects.toMatchObject({
      code: 'store-corrupt',
    });
  });

  it('a store that was closed has no followers', async () => {
    const double = await doubles.start();
    const store = openKurrentDbEventStore({ connectionString: double.connectionString });
    await store.append([itemOf('agent-1-1', 'noStream', newEvent(0))]);
    await store.close();
    const { signal } = new AbortController();
    await expect(newFollower(store, signal)).rejects.toMatchObject({ code: 'store-closed' });
  });
});

// Appends while things go wrong: the same ids and the same expected revision are sent again, and each event stands once.
import { describe, expect, it } from '@jest/globals';
import type { AppendItem, AppendResult } from '../event-store.js';
import { eventId, itemOf, newEvent, newEvents, readToHead } from '../testing/index.js';
import { useKurrentDbDoubles } from '../testing/kurrentdb-double/index.js';
import type { DoubleFaults, KurrentDbDouble } from '../testing/kurrentdb-double/index.js';
import { MAX_APPEND_EVENTS } from './append-lanes.js';
import { MAX_APPEND_BYTES } from './index.js';

const doubles = useKurrentDbDoubles();

/** One event an item, each expecting what the one before it leaves. */
function chain(stream: string, first: number, count: number, after = -1): AppendItem[] {
  return newEvents(first, count).map((event, index) =>
    itemOf(stream, after + index === -1 ? 'noStream' : after + index, event),
  );
}

function idsIn(double: KurrentDbDouble, stream: string): string[] {
  return double.log.stream(stream).map(({ id }) => id);
}

function placesIn(double: KurrentDbDouble, stream: string) {
  return double.log.stream(stream).map(({ revision, position }) => ({ revision, position }));
}

const outcomesOf = (results: readonly AppendResult[]) => new Set(results.map(({ outcome }) => outcome));

describe('an unknown outcome is safe to retry', () => {
  const faults: [string, Partial<DoubleFaults>][] = [
    ['the answer is lost after the write', { loseAnswers: 1 }],
    ['the answer is lost twice', { loseAnswers: 2 }],
    ['the request is lost before the write', { loseRequests: 2 }],
    ['no answer comes before the deadline', { swallowAnswers: 2 }],
    ['the server is not ready', { notReady: 3 }],
    ['answers are slow', { answerDelayMs: 60 }],
  ];
  it.each(faults)('%s: it is appended, once, where the answer says', async (_what, fault) => {
    const double = await doubles.start();
    const store = doubles.open(double, { appendDeadlineMs: 150 });
    await store.append([itemOf('agent-1-1', 'noStream', newEvent(1))]);
    Object.assign(double.faults, fault);
    const [result] = await store.append([itemOf('agent-1-1', 0, ...newEvents(2, 3))]);
    expect(result).toEqual({ outcome: 'appended', ...placesIn(double, 'agent-1-1').at(-1) });
    expect(idsIn(double, 'agent-1-1')).toEqual([1, 2, 3, 4].map(eventId));
  });

  it('the connection breaks under many streams: each event stands once and in order', async () => {
    const double = await doubles.start();
    const store = doubles.open(double);
    const streams = Array.from({ length: 60 }, (_, n) => `agent-1-${n}`);
    const appending = streams.map((stream, n) => store.append(chain(stream, n * 100, 5)));
    for (let cuts = 0; cuts < 3; cuts += 1) {
      const { length } = double.appends;
      while (double.appends.length < length + 5) await new Promise((resolve) => setTimeout(resolve, 1));
      double.cutConnections();
    }
    const results = await Promise.all(appending);
    streams.forEach((stream, n) => {
      expect(idsIn(double, stream)).toEqual([0, 1, 2, 3, 4].map((k) => eventId(n * 100 + k)));
      expect(results[n]).toEqual(
        placesIn(double, stream).map((place) => ({ outcome: 'appended', ...place })),
      );
    });
  });

  it('a server that stays away makes it unavailable after a bounded time; the retry says what was true', async () => {
    const double = await doubles.start();
    const retries: string[] = [];
    const store = doubles.open(double, {
      attempts: 2,
      appendDeadlineMs: 200,
      onRetry: (what) => retries.push(what),
    });
    await store.append([itemOf('agent-1-1', 'noStream', newEvent(1))]);
    double.faults.swallowAnswers = 2;
    const items = [itemOf('agent-1-1', 0, newEvent(2))];
    await expect(store.append(items)).rejects.toMatchObject({ code: 'store-unavailable' });
    expect(retries).toEqual(['append']);

    await double.stop();
    await expect(store.append(items)).rejects.toMatchObject({ code: 'store-unavailable' });
    await double.start();
    expect(await store.append(items)).toEqual([
      { outcome: 'duplicate', ...placesIn(double, 'agent-1-1').at(-1) },
    ]);
    expect(idsIn(double, 'agent-1-1')).toEqual([1, 2].map(eventId));
  });

  it('what comes after it in its call does not overtake it, though it finds the revision that it expects', async () => {
    const double = await doubles.start();
    const [here, there] = [doubles.open(double, { attempts: 1 }), doubles.open(double)];
    await there.append(chain('agent-1-1', 0, MAX_APPEND_EVENTS));
    double.faults.loseRequests = 1;
    await expect(here.append(chain('agent-1-1', 10_000, MAX_APPEND_EVENTS + 1))).rejects.toMatchObject({
      code: 'store-unavailable',
    });
    await here.close();
    expect(idsIn(double, 'agent-1-1')).toHaveLength(MAX_APPEND_EVENTS);
  });

  it('closing does not wait for a server that is away', async () => {
    const double = await doubles.start();
    const store = doubles.open(double);
    await store.append([itemOf('agent-1-1', 'noStream', newEvent(1))]);
    double.faults.swallowAnswers = 100;
    const appending = store.append([itemOf('agent-1-1', 0, newEvent(2))]);
    const [outcome] = await Promise.allSettled([appending, store.close()]);
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'store-unavailable' } });
  });
});

describe('appends of one agent go together', () => {
  it('a thousand items become a few appends, each answered with its own place', async () => {
    const double = await doubles.start();
    const store = doubles.open(double);
    const results = await store.append(chain('agent-1-1', 0, 1_000));
    expect(double.appends.length).toBeLessThanOrEqual(3);
    expect(results).toEqual(
      placesIn(double, 'agent-1-1').map((place) => ({ outcome: 'appended', ...place })),
    );
  });

  it('what is known already does not stop what is not', async () => {
    const double = await doubles.start();
    const store = doubles.open(double);
    await store.append(chain('agent-1-1', 0, 10));
    const items = [itemOf('agent-1-1', 9, newEvent(4)), ...chain('agent-1-1', 10, 5, 9)];
    const results = await store.append(items);
    expect(results.map(({ outcome }) => outcome)).toEqual([
      'duplicate',
      ...Array<string>(5).fill('appended'),
    ]);
    expect(results[0]).toMatchObject(placesIn(double, 'agent-1-1')[4]!);
    expect(idsIn(double, 'agent-1-1')).toHaveLength(15);
  });

  it('a repetition of all of it is all duplicates, each with its first place, by a new process too', async () => {
    const double = await doubles.start();
    const first = await doubles.open(double).append(chain('agent-1-1', 0, 20));
    const again = await doubles.open(double).append(chain('agent-1-1', 0, 20));
    expect(again).toEqual(first.map((result) => ({ ...result, outcome: 'duplicate' })));
    expect(idsIn(double, 'agent-1-1')).toHaveLength(20);
  });
});

describe('several processes', () => {
  it('an event that another one has appended is a duplicate, though nobody here has seen it', async () => {
    const double = await doubles.start();
    const [here, there] = [doubles.open(double), doubles.open(double)];
    await here.append([itemOf('agent-1-1', 'noStream', newEvent(1))]);
    const [first] = await there.append([itemOf('agent-1-1', 0, newEvent(2))]);
    expect(first).toMatchObject({ outcome: 'appended' });
    expect(await here.append([itemOf('agent-1-1', 0, newEvent(2))])).toEqual([
      { ...first, outcome: 'duplicate' },
    ]);
    expect(await here.append([itemOf('agent-1-1', 0, newEvent(3))])).toEqual([
      { outcome: 'conflict', actual: 1 },
    ]);
    expect(idsIn(double, 'agent-1-1')).toHaveLength(2);
  });

  it('a repetition shows nobody where the stream stands now', async () => {
    const double = await doubles.start();
    const [here, there] = [doubles.open(double), doubles.open(double)];
    await here.append([itemOf('agent-1-1', 'noStream', newEvent(1))]);
    await there.append(chain('agent-1-1', 2, 2, 0));
    const items = [2, 3, 4].map((n) => itemOf('agent-1-1', 0, newEvent(n)));
    expect((await here.append(items)).map(({ outcome }) => outcome)).toEqual([
      'duplicate',
      'duplicate',
      'conflict',
    ]);
  });

  it('of two that race with the same events one stream comes out, and no event twice', async () => {
    const double = await doubles.start();
    const stores = [doubles.open(double), doubles.open(double)];
    await Promise.all(stores.map((store) => store.append(chain('agent-1-1', 0, 200))));
    expect(idsIn(double, 'agent-1-1')).toEqual(newEvents(0, 200).map(({ id }) => id));
  });
});

describe('where an id is looked for', () => {
  it('among the last 1,000 events; an older duplicate is appended again', async () => {
    const double = await doubles.start();
    await doubles.open(double).append(chain('agent-1-1', 0, 1_200));
    const store = doubles.open(double);
    const [recent] = await store.append([itemOf('agent-1-1', 1_199, newEvent(200))]);
    expect(recent).toEqual({ outcome: 'duplicate', ...placesIn(double, 'agent-1-1')[200]! });
    const [old] = await store.append([itemOf('agent-1-1', 1_199, newEvent(199))]);
    expect(old).toMatchObject({ outcome: 'appended', revision: 1_200 });
  });

  it('nowhere, when the caller says that it is surely new', async () => {
    const double = await doubles.start();
    await doubles.open(double).append(chain('agent-1-1', 0, 50));
    const reads = double.streamReads();
    const item = { ...itemOf('agent-1-1', 49, newEvent(50)), surelyNew: true };
    expect(outcomesOf(await doubles.open(double).append([item]))).toEqual(new Set(['appended']));
    expect(double.streamReads()).toBe(reads);
  });

  it('nor is it believed when the event before it finds another in its place', async () => {
    const double = await doubles.start();
    await doubles.open(double).append(chain('agent-1-1', 0, 3));
    // As of somebody who knows of the first event alone: the last of these happens to expect the right revision.
    const items = [newEvent(10), newEvent(11), newEvent(2)].map((event, index) => ({
      ...itemOf('agent-1-1', index, event),
      surelyNew: true,
    }));
    const results = await doubles.open(double).append(items);
    expect(results.map(({ outcome }) => outcome)).toEqual(['conflict', 'conflict', 'duplicate']);
    expect(idsIn(double, 'agent-1-1')).toHaveLength(3);
  });

  it('and after that not again, as long as nobody else appends', async () => {
    const double = await doubles.start();
    await doubles.open(double).append(chain('agent-1-1', 0, 50));
    const store = doubles.open(double);
    await store.append([itemOf('agent-1-1', 49, newEvent(50))]);
    const reads = double.streamReads();
    for (let n = 51; n < 60; n += 1) {
      expect(outcomesOf(await store.append([itemOf('agent-1-1', n - 1, newEvent(n))]))).toEqual(
        new Set(['appended']),
      );
    }
    expect(double.streamReads()).toBe(reads);
  });
});

describe('what the server would refuse', () => {
  const heavy = (n: number, bytes: number) => newEvent(n, { text: 'x'.repeat(bytes) });

  it('an append over 1 MiB, metadata included, is misuse that says so, and nothing of it is written', async () => {
    const double = await doubles.start();
    const store = doubles.open(double);
    const event = { ...heavy(1, 600_000), metadata: { text: 'é'.repeat(250_000) } };
    const misuse = {
      code: 'store-misuse',
      message: expect.stringMatching(/11000\d\d bytes.*metadata.*1048576/),
    };
    await expect(store.append([itemOf('agent-1-1', 'noStream', event)])).rejects.toMatchObject(misuse);
    const two = [heavy(1, 600_000), heavy(2, 600_000)];
    await expect(store.append([itemOf('agent-1-1', 'noStream', ...two)])).rejects.toMatchObject({
      code: 'store-misuse',
    });
    expect(idsIn(double, 'agent-1-1')).toEqual([]);
  });

  it('items that fit one by one are not put together beyond the limit', async () => {
    const double = await doubles.start();
    const store = doubles.open(double);
    const items = [1, 2, 3].map((n) => itemOf('agent-1-1', n === 1 ? 'noStream' : n - 2, heavy(n, 500_000)));
    expect(outcomesOf(await store.append(items))).toEqual(new Set(['appended']));
    expect(double.appends).toHaveLength(2);
    expect(500_000 * 3).toBeGreaterThan(MAX_APPEND_BYTES);
  });

  it('a server set to less than 1 MiB is believed, and its limit told', async () => {
    const double = await doubles.start({ maxAppendBytes: 10_000 });
    const store = doubles.open(double);
    await expect(store.append([itemOf('agent-1-1', 'noStream', heavy(1, 20_000))])).rejects.toMatchObject({
      code: 'store-misuse',
      message: expect.stringContaining('10000 bytes'),
    });
    const small = [1, 2, 3].map((n) => itemOf('agent-1-2', n === 1 ? 'noStream' : n - 2, heavy(n, 4_000)));
    expect(outcomesOf(await store.append(small))).toEqual(new Set(['appended']));
    expect(await readToHead(store)).toHaveLength(3);
  });

  it.each([
    ['an id that is no UUID', itemOf('agent-1-1', 'noStream', { ...newEvent(1), id: 'one' })],
    ["a stream of the server's own", itemOf('$agent-1-1', 'noStream', newEvent(1))],
  ])('%s is misuse', async (_what, item) => {
    const store = doubles.open(await doubles.start());
    await expect(store.append([item])).rejects.toMatchObject({ code: 'store-misuse' });
  });
});

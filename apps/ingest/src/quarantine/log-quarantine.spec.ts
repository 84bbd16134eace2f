// The quarantine in KurrentDB: whole, once, shared by all processes, through lost answers, restarts and absences. On the
// protocol double, or where nothing has to go wrong on the server that TEST_EVENT_STORE_URL names too.
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventStore } from '@libs/event-store';
import { openKurrentDbEventStore } from '@libs/event-store/kurrentdb';
import { scopedEventStore, seededRandom } from '@libs/event-store/testing';
import { startKurrentDbDouble } from '../../../../libs/event-store/src/testing/kurrentdb-double/index.js';
import { LogQuarantine } from './log-quarantine.js';
import type { KeepResult, ListQuery } from './quarantine.js';
import type { RefusalReceived } from './quarantine-item.js';

const { TEST_EVENT_STORE_URL } = process.env;
const AT = Date.parse('2026-03-02T12:00:00Z');
const ALL: ListQuery = { accounts: '*', code: null, state: 'all', before: null, limit: 1_000 };
const OPEN: ListQuery = { ...ALL, state: 'open' };

const double = await startKurrentDbDouble();
afterAll(() => double.stop());

interface Process {
  readonly quarantine: LogQuarantine;
  readonly folder: string;
  /** As a process that ends, its folder stays. */
  stop(): Promise<void>;
}

let prefix: string;
let folders: string[];
let processes: Process[];
beforeEach(() => {
  prefix = `${randomUUID()}-`;
  folders = [];
  processes = [];
});
afterEach(async () => {
  Object.assign(double.faults, { loseAnswers: 0, loseRequests: 0, answerDelayMs: 0 });
  for (const process of processes) await process.stop();
  for (const folder of folders) await rm(folder, { recursive: true });
});

interface ProcessOptions {
  readonly folder?: string;
  readonly attempts?: number;
  readonly maxItems?: number;
  readonly maxBytes?: number;
  /** Stands between the quarantine and the log. */
  readonly between?: (store: EventStore) => EventStore;
  readonly url?: string;
}

async function start(options: ProcessOptions = {}): Promise<Process> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'log-quarantine-')));
  if (options.folder === undefined) folders.push(folder);
  const { attempts = 4, maxItems = 1_000, maxBytes = 100_000_000, between = (store) => store } = options;
  const connectionString = options.url ?? double.connectionString;
  const store = between(
    scopedEventStore(openKurrentDbEventStore({ connectionString, prefixes: [prefix], attempts }), prefix),
  );
  const file = join(folder, 'quarantine-index.db');
  const quarantine = new LogQuarantine({ store, file, maxItems, maxBytes });
  let stopped: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    await store.close();
    await quarantine.close();
  };
  const process = { quarantine, folder, stop: () => (stopped ??= stop()) };
  processes.push(process);
  return process;
}

function refusal(content: string | Buffer, accountId: string | null = null): RefusalReceived {
  const bytes = Buffer.from(content);
  const refused = { code: 'not-json', detail: 'It is not JSON.', accountId, bytes } as const;
  return {
    refusal: { ...refused, totalBytes: bytes.length, form: 'payload' },
    reception: { receivedAt: AT, via: 'http' },
  };
}

async function keep(process: Process, ...refusals: RefusalReceived[]): Promise<KeepResult> {
  const [result] = await process.quarantine.keep([refusals]);
  if (result === undefined) throw new Error('a group was left unanswered');
  return result;
}

async function idOf(process: Process, content: string | Buffer): Promise<number> {
  const result = await keep(process, refusal(content));
  if ('error' in result) throw result.error;
  return Number(result.ids[0]);
}

/** Text of so many bytes that nobody else has. */
const textOf = (bytes: number): Buffer => Buffer.from(randomBytes(bytes / 2).toString('hex'));
const LARGE = 3_200_000;
const THREE_CHUNKS = 1_300_000;

const streamsOf = (): string[] => [
  ...new Set(double.log.records.map(({ stream }) => stream).filter((name) => name.startsWith(prefix))),
];

describe.each([
  { name: 'the double', url: undefined },
  ...(TEST_EVENT_STORE_URL === undefined ? [] : [{ name: 'a real server', url: TEST_EVENT_STORE_URL }]),
])('on $name', ({ url }) => {
  const started = (options: ProcessOptions = {}): Promise<Process> =>
    start({ ...options, ...(url === undefined ? {} : { url }) });

  it('an item larger than the server takes at once is kept whole and shown whole, by another process too', async () => {
    const [one, other] = [await started(), await started()];
    const raw = textOf(LARGE);
    const id = await idOf(one, raw);
    for (const { quarantine } of [one, other]) {
      const item = await quarantine.get(id);
      expect(item).toMatchObject({ bytes: raw.length, totalBytes: raw.length, isTruncated: false, seen: 1 });
      expect(item?.raw.equals(raw)).toBe(true);
    }
  });

  it('an item without a byte, and one of exactly a chunk, are whole too', async () => {
    const one = await started();
    for (const size of [0, 524_288, 524_289]) {
      const raw = Buffer.alloc(size, 'x');
      expect((await one.quarantine.get(await idOf(one, raw)))?.raw.equals(raw)).toBe(true);
    }
  });

  it('the same bytes that two processes receive at once are one item, seen twice', async () => {
    const [one, other] = [await started(), await started()];
    const raw = textOf(LARGE);
    const ids = await Promise.all([one, other].map((process) => idOf(process, raw)));
    expect(new Set(ids).size).toBe(1);
    for (const { quarantine } of [one, other]) {
      expect(await quarantine.list(ALL)).toMatchObject([{ id: ids[0], seen: 2 }]);
      expect(quarantine.totals()).toEqual({ items: 1, bytes: raw.length });
    }
  });

  it('what three processes keep beside each other is all there once, and counted as often as it came', async () => {
    const random = seededRandom(11);
    const all = await Promise.all([started(), started(), started()]);
    const sent = new Map<string, number>();
    const told = new Map<string, Set<string>>();
    await Promise.all(
      all.map(async (process) => {
        for (let n = 0; n < 12; n++) {
          const texts = Array.from({ length: 1 + random(4) }, () => `bad ${random(25)}`);
          const result = await keep(process, ...texts.map((text) => refusal(text)));
          if ('error' in result) throw result.error;
          texts.forEach((text, index) => {
            sent.set(text, (sent.get(text) ?? 0) + 1);
            told.set(text, (told.get(text) ?? new Set()).add(result.ids[index] ?? ''));
          });
        }
      }),
    );
    for (const { quarantine } of all) {
      const items = await quarantine.list(ALL);
      const found = await Promise.all(items.map(async ({ id }) => (await quarantine.get(id))!));
      expect(new Map(found.map(({ raw, seen }) => [raw.toString(), seen]))).toEqual(sent);
      expect(found).toHaveLength(sent.size);
      for (const { raw, id } of found) expect(told.get(raw.toString())).toEqual(new Set([String(id)]));
    }
  });

  it('a resolution that one process records is seen by the other, and a second one changes nothing', async () => {
    const [one, other] = [await started(), await started()];
    const id = await idOf(one, 'bad');
    await other.quarantine.resolve(id, 'event 1', AT + 1);
    await one.quarantine.resolve(id, 'event 2', AT + 2);
    for (const { quarantine } of [one, other]) {
      expect(await quarantine.list(OPEN)).toEqual([]);
      expect(await quarantine.get(id)).toMatchObject({ resolvedAt: AT + 1, eventId: 'event 1' });
      expect(quarantine.totals()).toEqual({ items: 0, bytes: 0 });
    }
  });

  it('the same bytes after their resolution are a new item, and the resolved one stays as it was', async () => {
    const [one, other] = [await started(), await started()];
    const first = await idOf(one, 'bad');
    await one.quarantine.resolve(first, 'event 1', AT + 1);
    const second = await idOf(other, 'bad');
    expect(second).toBeGreaterThan(first);
    expect(await one.quarantine.list(ALL)).toMatchObject([
      { id: second, seen: 1, resolvedAt: null },
      { id: first, seen: 1, resolvedAt: AT + 1 },
    ]);
    expect((await one.quarantine.get(second))?.raw.toString()).toBe('bad');
  });

  it('the quota is one for all processes, and room that one makes is there for the other', async () => {
    const [one, other] = [await started({ maxItems: 2 }), await started({ maxItems: 2 })];
    const first = await idOf(one, 'bad 1');
    await idOf(other, 'bad 2');
    for (const process of [one, other]) {
      expect(await keep(process, refusal('bad 3'))).toMatchObject({ error: { code: 'quarantine-full' } });
      expect(process.quarantine.trouble()).toBe('the quarantine is full');
    }
    await one.quarantine.resolve(first, 'event 1', AT);
    expect(await keep(other, refusal('bad 3'))).toMatchObject({ ids: [expect.any(String)] });
  });

  it('after a restart all is there, from the index or, without one, from the log', async () => {
    const one = await started();
    const id = await idOf(one, 'bad 1');
    await idOf(one, 'bad 2');
    await idOf(one, 'bad 1');
    await one.quarantine.resolve(id, 'event 1', AT);
    const before = await one.quarantine.list(ALL);
    await one.stop();
    for (const folder of [one.folder, undefined]) {
      const again = await started(folder === undefined ? {} : { folder });
      expect(await again.quarantine.list(ALL)).toEqual(before);
      expect(again.quarantine.totals()).toEqual({ items: 1, bytes: 5 });
      expect((await again.quarantine.get(id))?.raw.toString()).toBe('bad 1');
    }
  });
});

describe('an item of many chunks', () => {
  it.each(['loseAnswers', 'loseRequests'] as const)(
    'with %s at any of its appends is not acknowledged and not listed, and a repeat completes it',
    async (fault) => {
      // Three of bytes, and the one that says that they are an item.
      for (let lost = 0; lost < 4; lost++) {
        prefix = `${randomUUID()}-`;
        const raw = textOf(THREE_CHUNKS);
        let appends = 0;
        const between = (store: EventStore): EventStore => ({
          ...store,
          // One at a time, so that the fault meets the one it is meant for.
          append: async (items) => {
            const results = [];
            for (const item of items) {
              if (appends++ === lost) double.faults[fault] = 1;
              results.push(...(await store.append([item])));
            }
            return results;
          },
        });
        const one = await start({ attempts: 1, between });
        expect(await keep(one, refusal(raw))).toMatchObject({ error: { code: 'store-unavailable' } });
        expect(appends).toBe(lost + 1);
        const isSaid = lost === 3 && fault === 'loseAnswers';
        const other = await start();
        expect(await other.quarantine.list(ALL)).toHaveLength(isSaid ? 1 : 0);
        await one.stop();

        const id = await idOf(other, raw);
        expect(await other.quarantine.list(ALL)).toMatchObject([{ id, seen: isSaid ? 2 : 1 }]);
        expect((await other.quarantine.get(id))?.raw.equals(raw)).toBe(true);
        const streams = streamsOf().filter((name) => name !== `${prefix}quarantine`);
        expect(streams.map((name) => double.log.stream(name).length)).toEqual([3]);
      }
    },
    60_000,
  );

  it('for which there is no room leaves nothing in the log', async () => {
    const one = await start({ maxBytes: 3_000_000 });
    expect(await keep(one, refusal(textOf(LARGE)))).toMatchObject({ error: { code: 'quarantine-full' } });
    expect(streamsOf()).toEqual([]);
  });
});

describe('the index', () => {
  it('is read on from where it stands, not from the start', async () => {
    const one = await start();
    for (let n = 0; n < 30; n++) await idOf(one, `bad ${n}`);
    await one.stop();
    const asked: number[] = [];
    const between = (store: EventStore): EventStore => ({
      ...store,
      readStream: (stream, options) => {
        asked.push(options.from ?? 0);
        return store.readStream(stream, options);
      },
    });
    const again = await start({ folder: one.folder, between });
    expect(await again.quarantine.list(ALL)).toHaveLength(30);
    expect(new Set(asked)).toEqual(new Set([29]));
  });

  it('that is damaged, or of another log, is replaced', async () => {
    const one = await start();
    await idOf(one, 'of the first log');
    await idOf(one, 'of the first log, too');
    await one.stop();
    prefix = `${randomUUID()}-`;
    const id = await idOf(await start(), 'of the second log');
    const again = await start({ folder: one.folder });
    expect(await again.quarantine.list(ALL)).toMatchObject([{ id, bytes: 17 }]);
    expect(again.quarantine.totals()).toEqual({ items: 1, bytes: 17 });
    await again.stop();
    for (const name of await readdir(one.folder))
      await writeFile(join(one.folder, name), 'damaged'.repeat(500));
    const mended = await start({ folder: one.folder });
    expect(await mended.quarantine.list(ALL)).toMatchObject([{ id, bytes: 17 }]);
  });

  it('is filled page by page, however long the catalogue is', async () => {
    const one = await start({ maxItems: 2_000 });
    for (let n = 0; n < 6; n++) {
      await keep(one, ...Array.from({ length: 200 }, (_, index) => refusal(`bad ${n} ${index}`)));
    }
    const other = await start({ maxItems: 2_000 });
    const items = await other.quarantine.list({ ...ALL, limit: 2_000 });
    expect(items).toEqual(await one.quarantine.list({ ...ALL, limit: 2_000 }));
    expect(items).toHaveLength(1_200);
  });
});

describe('what the catalogue says', () => {
  it('and this program does not understand stops the quarantine visibly, and nothing is passed over', async () => {
    const one = await start();
    await idOf(one, 'bad');
    const store = openKurrentDbEventStore({ connectionString: double.connectionString });
    const event = { id: randomUUID(), type: 'PayloadSomething', data: {}, metadata: {} };
    await store.append([{ stream: `${prefix}quarantine`, expectedRevision: 0, events: [event] }]);
    await store.close();
    await expect(one.quarantine.list(ALL)).rejects.toMatchObject({ code: 'store-corrupt' });
    expect(await keep(one, refusal('bad 2'))).toMatchObject({ error: { code: 'store-corrupt' } });
    expect(one.quarantine.trouble()).toBe('the quarantine cannot be read (store-corrupt)');
  });
});

// Exact revisions against a real log, with another writer in between and a memory too small for its streams.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SerializedJson, type AppendItem, type EventStore } from '@libs/event-store';
import { openSqliteEventStore } from '@libs/event-store/sqlite';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appendUpdates, type UpdateToAppend } from './append-updates.js';
import { StreamStates } from './stream-states.js';

let folder: string;
let store: EventStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'append-'));
  store = openSqliteEventStore({ file: join(folder, 'events.db'), now: () => 1 });
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

const update = (n: number, agentId = '7'): UpdateToAppend => ({
  update: {
    kind: 'understood',
    eventId: `00000000-0000-8000-8000-${String(n).padStart(12, '0')}`,
    fingerprint: String(n),
    accountId: '1',
    agentId,
    at: n,
    data: new SerializedJson(`{"n":${n}}`),
  },
  reception: { receivedAt: 1_000, via: 'http' },
});
const streamOf = (agentId = '7') => store.readStream(`agent-1-${agentId}`, { limit: 1_000 });
const foreign = (n: number, expectedRevision: AppendItem['expectedRevision']): AppendItem => ({
  stream: 'agent-1-7',
  expectedRevision,
  events: [{ id: `foreign-${n}`, type: 'AgentUpdated', data: { n }, metadata: { maxAt: n } }],
});

describe('appendUpdates', () => {
  it('another writer in between costs a round and nothing else', async () => {
    const states = new StreamStates(store, 10);
    await appendUpdates(store, states, [update(1)]);
    await store.append([foreign(500, 0)]);
    const results = await appendUpdates(store, states, [update(2), update(1), update(3)]);
    expect(results.map(({ outcome, revision }) => [outcome, revision])).toEqual([
      ['appended', 2],
      ['duplicate', 0],
      ['appended', 3],
    ]);
    // The other's event counts in the greatest time of the stream.
    expect((await streamOf()).map(({ metadata }) => (metadata as { maxAt: number }).maxAt)).toEqual([
      1, 500, 500, 500,
    ]);
  });

  it('a writer that wins every race ends in store-unavailable, and later all is appended once', async () => {
    const states = new StreamStates(store, 10);
    let n = 1_000;
    let last: AppendItem['expectedRevision'] = 'noStream';
    const racing: Pick<EventStore, 'append'> = {
      append: async (items) => {
        const [won] = await store.append([foreign(n, last)]);
        n += 1;
        if (won?.outcome === 'appended') last = won.revision;
        return store.append(items);
      },
    };
    await expect(appendUpdates(racing, states, [update(1)])).rejects.toMatchObject({
      code: 'store-unavailable',
    });
    const [result] = await appendUpdates(store, states, [update(1)]);
    expect(result).toMatchObject({ outcome: 'appended', revision: n - 1_000 });
  });

  it('streams that are no longer remembered are read again', async () => {
    const states = new StreamStates(store, 2);
    for (let round = 0; round < 3; round++) {
      const updates = [1, 2, 3, 4, 5].map((agent) => update(round * 10 + agent, String(agent)));
      const results = await appendUpdates(store, states, updates);
      expect(results.map(({ outcome, revision }) => [outcome, revision])).toEqual(
        updates.map(() => ['appended', round]),
      );
    }
  });

  it('a late event keeps the greatest time of its stream, after forgetting too', async () => {
    await appendUpdates(store, new StreamStates(store, 10), [update(50), update(20)]);
    await appendUpdates(store, new StreamStates(store, 10), [update(30)]);
    const events = await streamOf();
    expect(events.map(({ data }) => data)).toEqual([{ n: 50 }, { n: 20 }, { n: 30 }]);
    expect(events.map(({ metadata }) => (metadata as { maxAt: number }).maxAt)).toEqual([50, 50, 50]);
  });

  it('a failed append forgets, so that the next one starts from what the log says', async () => {
    const states = new StreamStates(store, 10);
    await appendUpdates(store, states, [update(1)]);
    const lost: Pick<EventStore, 'append'> = {
      append: async (items) => {
        await store.append(items);
        throw new Error('the answer was lost');
      },
    };
    await expect(appendUpdates(lost, states, [update(2)])).rejects.toThrow('lost');
    const results = await appendUpdates(store, states, [update(2), update(3)]);
    expect(results.map(({ outcome, revision }) => [outcome, revision])).toEqual([
      ['duplicate', 1],
      ['appended', 2],
    ]);
  });

  it('keeps an agent’s order though another process has gone on with it meanwhile', async () => {
    const states = new StreamStates(store, 10);
    await appendUpdates(store, states, [update(1)]);
    await appendUpdates(store, new StreamStates(store, 10), [update(2), update(3)]);
    await appendUpdates(store, states, [update(4), update(5), update(6), update(7)]);
    expect((await streamOf()).map(({ data }) => (data as { n: number }).n)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('says of what is later than all before it that it is new, and of nothing else', async () => {
    const told: (boolean | undefined)[] = [];
    const listening: Pick<EventStore, 'append'> = {
      append: (items) => {
        told.push(...items.map(({ surelyNew }) => surelyNew));
        return store.append(items);
      },
    };
    const states = new StreamStates(store, 10);
    await appendUpdates(listening, states, [update(50), update(20), update(51, '8'), update(60)]);
    expect(told.splice(0)).toEqual([true, false, true, true]);
    await appendUpdates(listening, new StreamStates(store, 10), [update(60), update(61)]);
    // The second conflicts once, because the first was there already.
    expect(told).toEqual([false, true, true]);
  });
});

// One batch against a real log and quarantine; only what the client would hand over is made here.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EventStoreError, type EventStore } from '@libs/event-store';
import type { KafkaMessage } from 'kafkajs';
import { UpdateRecorder } from '../record-agent-update/update-recorder.js';
import { makeIngest, NOW_MS, type IngestOptions, type TestIngest } from '../testing/make-ingest.js';
import { sampleUpdate, sampleUpdates } from '../testing/sample-updates.js';
import { consumeBatch, type Batch } from './consume-batch.js';

const TOPIC = 'agent-updates';

const toMessages = (values: readonly unknown[], from = 100): KafkaMessage[] =>
  values.map((value, index) => ({
    ...{ key: null, timestamp: '0', attributes: 0, headers: {}, offset: String(from + index) },
    value: value === null ? null : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
  }));

/** What happened, in order. */
interface Run {
  readonly steps: string[];
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

describe('consumeBatch', () => {
  let ingest: TestIngest;
  let isDown: boolean;
  let beats: number;

  const open = async (options: IngestOptions = {}): Promise<void> => {
    await ingest?.destroy();
    ingest = await makeIngest({
      ...options,
      wrap: (parts) => ({ ...parts, store: failing(parts.store, () => isDown) }),
    });
  };
  const consume = (values: readonly unknown[], given: Partial<Batch> = {}): Run => {
    const steps: string[] = [];
    const stop = new AbortController();
    const batch: Batch = {
      batch: { topic: TOPIC, partition: 3, messages: toMessages(values) },
      resolveOffset: (offset) => void steps.push(`resolved ${offset}`),
      heartbeat: () => {
        beats += 1;
        return Promise.resolve();
      },
      commitOffsetsIfNecessary: () => Promise.resolve(),
      isRunning: () => true,
      isStale: () => false,
      ...given,
    };
    const recorder = ingest.app.get(UpdateRecorder);
    const { decoder, limits, now } = ingest.parts;
    const parts = {
      ...{ limits, now, inTurn: <T>(work: () => Promise<T>) => work() },
      decode: decoder.decode.bind(decoder),
      record: recorder.record.bind(recorder),
      watch: {
        resolved: (partition: number, next: bigint, messages: number) =>
          void steps.push(`watch ${partition} ${next} ${messages}`),
        mayTry: () => true,
        waiting: (_partition: number, reason: string | null) => {
          if (reason !== null && steps.at(-1) !== reason) steps.push(reason);
        },
      },
    };
    return { steps, stop, done: consumeBatch(batch, parts, stop.signal) };
  };
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await new Promise((turn) => setTimeout(turn, 5));
  };
  const log = async () => (await ingest.parts.store.readAll({ after: null, limit: 5_000 })).events;
  const quarantined = () =>
    ingest.parts.quarantine.list({ accounts: '*', code: null, state: 'open', before: null, limit: 100 });

  beforeEach(async () => {
    isDown = false;
    beats = 0;
    await open();
  });
  afterEach(() => ingest.destroy());

  it('appends with the coordinates of each message, then resolves its offset', async () => {
    const { steps, done } = consume([sampleUpdate({ minutesAgo: 9 }), sampleUpdate({ minutesAgo: 8 })]);
    await done;
    expect(steps).toEqual(['resolved 101', 'watch 3 102 2']);
    expect(await log()).toMatchObject(
      ['100', '101'].map((offset) => ({
        metadata: { via: 'kafka', receivedAt: NOW_MS, kafka: { topic: TOPIC, partition: 3, offset } },
      })),
    );
  });

  it('resolves chunk by chunk, each when it is durable', async () => {
    await open({ limits: { chunkUpdates: 2 } });
    const { steps, done } = consume(sampleUpdates(5));
    await done;
    expect(steps.filter((step) => step.startsWith('resolved'))).toEqual([
      'resolved 101',
      'resolved 103',
      'resolved 104',
    ]);
  });

  it('makes no second event of what is delivered again', async () => {
    const updates = sampleUpdates(4);
    await consume(updates).done;
    const { steps, done } = consume(updates);
    await done;
    expect(steps[0]).toBe('resolved 103');
    expect(await log()).toHaveLength(4);
  });

  it('keeps poison whole, with where it lies, and moves on', async () => {
    const values = ['{"half":', sampleUpdate(), null, { event: 'other' }, `"${'x'.repeat(300_000)}"`];
    const { steps, done } = consume(values);
    await done;
    expect(steps[0]).toBe('resolved 104');
    expect(await log()).toHaveLength(1);
    const items = (await quarantined()).reverse();
    expect(items.map(({ code, via, kafka }) => [code, via, kafka?.partition, kafka?.offset])).toEqual([
      ['not-json', 'kafka', 3, '100'],
      ['not-json', 'kafka', 3, '102'],
      ['other-event', 'kafka', 3, '103'],
      ['too-large', 'kafka', 3, '104'],
    ]);
    expect((await ingest.parts.quarantine.get(items[3]!.id))?.raw).toHaveLength(300_002);
    const reply = await ingest.inject({ url: '/v1/quarantine/1' });
    expect(reply.json()).toMatchObject({
      raw: '{"half":',
      kafka: { topic: TOPIC, partition: 3, offset: '100' },
    });
  });

  it('keeps each poison message once, though it is delivered again and its bytes are like another’s', async () => {
    await consume(['nope', 'nope']).done;
    await consume(['nope', 'nope']).done;
    expect((await quarantined()).map(({ seen, kafka }) => [kafka?.offset, seen])).toEqual([
      ['101', 2],
      ['100', 2],
    ]);
  });

  it('waits while the log is down, with a beating heart, and goes on by itself', async () => {
    isDown = true;
    const { steps, done } = consume(sampleUpdates(3));
    await until(() => beats > 2);
    expect(steps).toEqual(['store-unavailable']);
    isDown = false;
    await done;
    expect(steps).toEqual(['store-unavailable', 'resolved 102', 'watch 3 103 3']);
    expect(await log()).toHaveLength(3);
  });

  it('waits while the quarantine is full, and skips nothing', async () => {
    await open({ limits: { quarantineItems: 1 } });
    const { steps, stop, done } = consume(['nope', 'neither', sampleUpdate()]);
    await until(() => steps.length > 0);
    expect(steps).toEqual(['quarantine-full']);
    stop.abort();
    await done;
    expect(steps).toEqual(['quarantine-full']);
  });

  it('resolves nothing more once it is to stop, or is no longer the one that runs', async () => {
    for (const given of [{ isRunning: () => false }, { isStale: () => true }]) {
      const { steps, done } = consume(sampleUpdates(2), given);
      await done;
      expect(steps).toEqual([]);
    }
    isDown = true;
    const { steps, stop, done } = consume(sampleUpdates(2));
    await until(() => steps.length > 0);
    stop.abort();
    await done;
    expect(steps).toEqual(['store-unavailable']);
  });

  it('hears of a rebalance while it waits', async () => {
    isDown = true;
    const rebalancing = new Error('the group is rebalancing');
    const { steps, done } = consume(sampleUpdates(2), { heartbeat: () => Promise.reject(rebalancing) });
    await expect(done).rejects.toBe(rebalancing);
    expect(steps).toEqual(['store-unavailable']);
  });

  it('resolves what is durable before it tells of a rebalance', async () => {
    const rebalancing = new Error('the group is rebalancing');
    const { steps, done } = consume(sampleUpdates(2), { heartbeat: () => Promise.reject(rebalancing) });
    await expect(done).rejects.toBe(rebalancing);
    expect(steps).toEqual(['resolved 101', 'watch 3 102 2']);
  });
});

/** The real log, unless it is down: then an append is refused before it is tried. */
function failing(store: EventStore, isDown: () => boolean): EventStore {
  return {
    append: (items) =>
      isDown() ? Promise.reject(new EventStoreError('store-unavailable', 'down')) : store.append(items),
    readStream: (stream, options) => store.readStream(stream, options),
    readAll: (options) => store.readAll(options),
    follow: (options) => store.follow(options),
    head: () => store.head(),
    close: () => store.close(),
  };
}

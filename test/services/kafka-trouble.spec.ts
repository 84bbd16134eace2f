// Brokers that are away, a log that cannot be written, a quarantine without room, an app that is told to stop: nothing is
// skipped, and everything goes on by itself.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeIngest, type TestIngest } from '../../apps/ingest/src/testing/make-ingest.js';
import { buildIfStale } from '../running/build-if-stale.js';
import { postUpdates } from '../running/post-updates.js';
import { readLog } from '../running/read-log.js';
import { AppProcess } from './running/app-process.js';
import { distinctUpdates, poisonOf, quarantinedBy } from './running/consumed-feed.js';
import { kafkaFeed } from './running/kafka-feed.js';
import { KafkaTopic } from './running/kafka-topic.js';
import { requireService } from './running/services.js';
import { TestBroker } from './running/test-broker.js';
import { until } from './running/until.js';

const PARTITIONS = 3;
const TIME_LIMIT_MS = 240_000;

describe('the Kafka source in trouble', () => {
  const feed = kafkaFeed({ seed: 11, messages: 3_000, partitions: PARTITIONS });
  const ids = [...distinctUpdates(feed).keys()].sort();
  const texts = feed.messages.flatMap(({ value, meaning }) =>
    typeof meaning === 'string' || value === null ? [] : [value.toString()],
  );
  let folder: string;
  let topic: KafkaTopic;
  let ingest: AppProcess;

  const loggedIds = async (): Promise<string[]> => (await readLog(folder)).map(({ id }) => id).sort();

  beforeAll(buildIfStale, TIME_LIMIT_MS);
  const setUp = async (brokers: string): Promise<void> => {
    folder = await mkdtemp(join(tmpdir(), 'trouble-'));
    topic = await KafkaTopic.create(brokers, PARTITIONS);
  };
  afterEach(async () => {
    await ingest?.destroy();
    await topic?.close();
    await rm(folder, { recursive: true, force: true });
  });

  describe('without brokers', () => {
    let broker: TestBroker;
    beforeAll(async () => {
      broker = await TestBroker.start();
    }, TIME_LIMIT_MS);
    afterAll(() => broker?.destroy());

    it(
      'takes updates over HTTP from the start on, and consumes when they come, and when they come back',
      async () => {
        await setUp(broker.brokers);
        await topic.send(feed.messages.slice(0, 1_000));
        await broker.kill();
        ingest = AppProcess.start('ingest', folder, topic.variables());
        const post = async (text = ''): Promise<unknown> =>
          (await postUpdates(await ingest.url(), 'one', [text])).acknowledged[0]?.outcome;
        expect(await post(texts[0])).toBe('appended');
        await until(async () => (await ingest.metric('ingest_kafka_restarts_total')) > 0);
        expect(await ingest.readiness()).toMatchObject({
          status: 200,
          details: { kafka: 'not in the consumer group; trying' },
        });

        await broker.restart();
        await until(() => topic.isConsumed());
        expect((await ingest.readiness()).details.kafka).toBe(`consuming ${PARTITIONS} partitions`);

        await broker.kill();
        await until(async () => (await ingest.metric('ingest_kafka_joined')) === 0);
        expect(await post(texts[0])).toBe('duplicate');
        await broker.restart();
        await topic.send(feed.messages.slice(1_000));
        await until(() => topic.isConsumed());
        expect((await topic.progress()).committed).toBe(feed.messages.length);
        expect(await loggedIds()).toEqual(ids);
        expect(await quarantinedBy(await ingest.url())).toEqual(poisonOf(feed));
      },
      TIME_LIMIT_MS,
    );
  });

  it('pauses while the log cannot be written, skips nothing, and goes on by itself', async () => {
    await setUp(await requireService('TEST_KAFKA_BROKERS'));
    ingest = AppProcess.start('ingest', folder, topic.variables());
    await topic.send(feed.messages.slice(0, 500));
    await until(() => topic.isConsumed());

    const locked = new Database(join(folder, 'events.db'));
    locked.exec('BEGIN IMMEDIATE');
    await topic.send(feed.messages.slice(500));
    await until(async () => (await ingest.metric('ingest_kafka_paused_partitions')) > 0);
    const behind = feed.messages.length - 500;
    await until(async () => (await ingest.metric('ingest_kafka_lag')) === behind);
    expect((await ingest.readiness()).details.kafka).toBe('paused (store-unavailable)');
    expect((await topic.progress()).committed).toBe(500);
    locked.exec('ROLLBACK');
    locked.close();

    await until(() => topic.isConsumed());
    await until(async () => (await ingest.metric('ingest_kafka_lag')) === 0);
    expect(await ingest.metric('ingest_kafka_paused_partitions')).toBe(0);
    expect(await loggedIds()).toEqual(ids);
    const counts = await Promise.all(
      ['appended', 'duplicate', 'quarantined', 'unacknowledged'].map((name) =>
        ingest.metric(`ingest_${name}_total`),
      ),
    );
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(await ingest.metric('ingest_received_total'));
  });

  it('ends in order when it is told to, between chunks or while it is paused, and nothing is lost', async () => {
    await setUp(await requireService('TEST_KAFKA_BROKERS'));
    await topic.send(feed.messages);
    ingest = AppProcess.start('ingest', folder, topic.variables());
    await until(async () => (await ingest.metric('ingest_received_total')) > 0);
    await ingest.stop();

    const locked = new Database(join(folder, 'events.db'));
    locked.exec('BEGIN IMMEDIATE');
    await topic.send(feed.messages.slice(0, 100).filter(({ partition }) => partition === 0));
    ingest = AppProcess.start('ingest', folder, topic.variables());
    await until(async () => (await ingest.metric('ingest_kafka_paused_partitions')) > 0);
    await ingest.stop();
    locked.exec('ROLLBACK');
    locked.close();

    ingest = AppProcess.start('ingest', folder, topic.variables());
    await until(() => topic.isConsumed());
    expect(await loggedIds()).toEqual(ids);
  });

  describe('without room in the quarantine', () => {
    let app: TestIngest;
    afterEach(() => app?.destroy());

    it('pauses at the poison it cannot keep, and goes on when there is room', async () => {
      const brokers = await requireService('TEST_KAFKA_BROKERS');
      await setUp(brokers);
      const poison = (number: number) => ({
        partition: 0,
        key: null,
        value: Buffer.from(`poison ${number}`),
      });
      const good = { partition: 0, key: null, value: Buffer.from(texts[0] ?? '') };
      await topic.send([poison(1), poison(2)]);
      const settings = {
        brokers: [brokers],
        topic: topic.name,
        groupId: topic.groupId,
        tls: null,
        sasl: null,
      };
      app = await makeIngest({
        limits: { quarantineItems: 2 },
        wrap: (parts) => ({ ...parts, kafka: settings, now: Date.now }),
      });
      await until(() => topic.isConsumed());
      await topic.send([poison(3), good]);
      await until(async () => (await app.metric('ingest_kafka_paused_partitions')) > 0);
      const { body } = await app.inject({ url: '/health/ready' });
      expect(body).toContain('paused (quarantine-full)');
      expect((await topic.progress()).committed).toBe(2);

      await app.parts.quarantine.resolve(1, 'made room', Date.now());
      await until(() => topic.isConsumed());
      expect((await app.parts.quarantine.get(3))?.raw.toString()).toBe('poison 3');
      expect(await app.parts.store.head()).toBe(1n);
    });
  });
});

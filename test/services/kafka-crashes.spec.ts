// One ingest process on the embedded log, killed again and again, and a broker that is killed, too.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecordedEvent } from '@libs/event-store';
import { buildIfStale } from '../running/build-if-stale.js';
import { readLog } from '../running/read-log.js';
import { AppProcess } from './running/app-process.js';
import {
  distinctUpdates,
  idsByStream,
  orderedIds,
  poisonOf,
  quarantinedBy,
} from './running/consumed-feed.js';
import { expectTables } from './running/expect-tables.js';
import { kafkaFeed } from './running/kafka-feed.js';
import { KafkaTopic } from './running/kafka-topic.js';
import { TestBroker } from './running/test-broker.js';
import { until } from './running/until.js';

const SEED = Number(process.env.FEED_SEED ?? 20_251_103);
const MESSAGES = 30_000;
const PARTITIONS = 6;
const TIME_LIMIT_MS = 420_000;

beforeAll(buildIfStale, TIME_LIMIT_MS);

describe(`30,000 messages with doubles and poison, through crashes of ingest and of the broker (seed ${SEED})`, () => {
  const feed = kafkaFeed({ seed: SEED, messages: MESSAGES, partitions: PARTITIONS });
  const updates = distinctUpdates(feed);
  let folder: string;
  let broker: TestBroker;
  let topic: KafkaTopic;
  let ingest: AppProcess;
  let log: readonly RecordedEvent[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'crashes-'));
    broker = await TestBroker.start();
    topic = await KafkaTopic.create(broker.brokers, PARTITIONS);
    const start = (): void => void (ingest = AppProcess.start('ingest', folder, topic.variables()));
    const received = (count: number): Promise<void> =>
      until(async () => (await ingest.metric('ingest_received_total')) >= count);

    const sending = topic.send(feed.messages);
    for (const count of [3_000, 6_000]) {
      start();
      await received(count);
      await ingest.destroy();
    }
    start();
    await sending;
    await received(1);
    await broker.kill();
    await broker.restart();
    await until(() => topic.isConsumed());
    log = await readLog(folder);
  }, TIME_LIMIT_MS);
  afterAll(async () => {
    await ingest?.destroy();
    await topic?.close();
    await broker?.destroy();
    await rm(folder, { recursive: true, force: true });
  }, TIME_LIMIT_MS);

  it('consumed all of it', async () => {
    expect(await topic.progress()).toEqual({ sent: MESSAGES, committed: MESSAGES });
    expect(await ingest.metric('ingest_kafka_lag')).toBe(0);
  });

  it('has every event in the log once, and nothing else', () => {
    expect(log.map(({ id }) => id).sort()).toEqual([...updates.keys()].sort());
    expect(log.map(({ position }) => position)).toEqual(log.map((_, index) => BigInt(index + 1)));
  });

  it('has each agent’s events in the order of its partition', () => {
    const streams = idsByStream(log);
    const ordered = orderedIds(feed);
    expect(ordered.size).toBeGreaterThan(30);
    expect(new Map([...streams].filter(([stream]) => ordered.has(stream)))).toEqual(ordered);
  });

  it('says of each event where in Kafka it came from', () => {
    const places = new Map(
      feed.messages.map(({ partition, offset, meaning }) => [`${partition}/${offset}`, meaning]),
    );
    const misplaced = log.filter(({ id, metadata }) => {
      const { via, kafka } = metadata as {
        via: string;
        kafka: { topic: string; partition: number; offset: string };
      };
      const meaning = places.get(`${kafka.partition}/${kafka.offset}`);
      const isHere = typeof meaning === 'object' && meaning.eventId === id;
      return via !== 'kafka' || kafka.topic !== topic.name || !isHere;
    });
    expect(misplaced).toEqual([]);
  });

  it('keeps all poison in quarantine, each message by where it lies', async () => {
    const poison = poisonOf(feed);
    expect(new Set(poison.map((one) => one.split(' ')[1])).size).toBeGreaterThan(3);
    expect(await quarantinedBy(await ingest.url())).toEqual(poison);
  });

  it(
    'counts in = appended + duplicate + quarantined, for a group that reads it all again',
    async () => {
      await ingest.destroy();
      ingest = AppProcess.start('ingest', folder, {
        ...topic.variables(),
        KAFKA_GROUP_ID: `${topic.groupId}-2`,
      });
      const counts = async (): Promise<readonly number[]> =>
        Promise.all(
          ['received', 'appended', 'duplicate', 'quarantined', 'unacknowledged'].map((name) =>
            ingest.metric(`ingest_${name}_total`),
          ),
        );
      await until(async () => {
        const [received = 0, ...outcomes] = await counts();
        return received >= MESSAGES && outcomes.reduce((sum, count) => sum + count, 0) >= received;
      });
      const poison = poisonOf(feed).length;
      expect(await counts()).toEqual([MESSAGES, 0, MESSAGES - poison, poison, 0]);
      expect(await readLog(folder)).toHaveLength(log.length);
    },
    TIME_LIMIT_MS,
  );

  it(
    'has the pure fold of every agent in its tables',
    async () => {
      const logged = log.flatMap(({ id }) => updates.get(id) ?? []);
      await expectTables(folder, {}, logged, log.at(-1)?.position ?? 0n);
    },
    TIME_LIMIT_MS,
  );
});

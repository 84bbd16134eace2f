// What producers do that the broker does not hide: their codecs, keys of their own, logging in, and encryption.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildIfStale } from '../running/build-if-stale.js';
import { postUpdates } from '../running/post-updates.js';
import { readLog } from '../running/read-log.js';
import { AppProcess } from './running/app-process.js';
import { produceWithJava } from './running/java-producer.js';
import { kafkaFeed } from './running/kafka-feed.js';
import { KafkaTopic } from './running/kafka-topic.js';
import { requireService } from './running/services.js';
import { until } from './running/until.js';

const feed = kafkaFeed({ seed: 7, messages: 500, partitions: 1 });
const texts = feed.messages.flatMap(({ value, meaning }) =>
  typeof meaning === 'string' || value === null ? [] : [value.toString()],
);
const ids = [
  ...new Set(feed.messages.flatMap(({ meaning }) => (typeof meaning === 'string' ? [] : [meaning.eventId]))),
];

describe('the Kafka source', () => {
  let folder: string;
  let brokers: string;
  let topic: KafkaTopic;
  let ingest: AppProcess;

  beforeAll(async () => {
    buildIfStale();
    folder = await mkdtemp(join(tmpdir(), 'producers-'));
    brokers = await requireService('TEST_KAFKA_BROKERS');
    topic = await KafkaTopic.create(brokers, 1);
    await topic.send([{ partition: 0, key: null, value: Buffer.from(texts[0] ?? '') }]);
  });
  afterEach(() => ingest?.destroy());
  afterAll(async () => {
    await topic?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)(
    'reads what Kafka’s own producer compresses with %s',
    async (compression) => {
      const own = await KafkaTopic.create(brokers, 1);
      const home = await mkdtemp(join(folder, `${compression}-`));
      await produceWithJava(brokers, own.name, compression, texts);
      ingest = AppProcess.start('ingest', home, own.variables());
      await until(() => own.isConsumed());
      expect((await own.progress()).sent).toBe(texts.length);
      expect((await readLog(home)).map(({ id }) => id)).toEqual(ids);
      expect(await ingest.metric('ingest_quarantined_total')).toBe(0);
      await own.close();
    },
  );

  describe('behind a login and TLS', () => {
    const login = async (mechanism: string, password?: string): Promise<Record<string, string>> => ({
      ...topic.variables(),
      KAFKA_GROUP_ID: `${topic.groupId}-${mechanism}`,
      KAFKA_BROKERS: await requireService('TEST_KAFKA_SASL_BROKERS'),
      KAFKA_TLS: 'true',
      KAFKA_CA_FILE: await requireService('TEST_KAFKA_CA_FILE'),
      KAFKA_SASL_MECHANISM: mechanism,
      KAFKA_USERNAME: await requireService('TEST_KAFKA_USERNAME'),
      KAFKA_PASSWORD: password ?? (await requireService('TEST_KAFKA_PASSWORD')),
      LOG_LEVEL: 'trace',
    });

    it.each(['plain', 'scram-sha-256', 'scram-sha-512'])(
      'consumes with %s, and logs no secret',
      async (mechanism) => {
        const home = await mkdtemp(join(folder, `${mechanism}-`));
        const variables = await login(mechanism);
        ingest = AppProcess.start('ingest', home, variables);
        await until(async () => (await ingest.metric('ingest_appended_total')) === 1);
        expect((await ingest.readiness()).details.kafka).toBe('consuming 1 partitions');
        expect(ingest.output).not.toContain(variables.KAFKA_PASSWORD);
      },
    );

    it('keeps taking updates over HTTP, and keeps trying, when the login is refused', async () => {
      const home = await mkdtemp(join(folder, 'refused-'));
      ingest = AppProcess.start('ingest', home, await login('scram-sha-256', 'wr0ng-s3cret'));
      await until(async () => (await ingest.metric('ingest_kafka_restarts_total')) > 1);
      expect(await ingest.readiness()).toMatchObject({
        status: 200,
        details: { kafka: 'not in the consumer group; trying' },
      });
      expect(await ingest.metric('ingest_kafka_joined')).toBe(0);
      const { acknowledged } = await postUpdates(await ingest.url(), 'one', texts.slice(0, 1));
      expect(acknowledged).toMatchObject([{ outcome: 'appended' }]);
      expect(ingest.output).not.toContain('wr0ng-s3cret');
    });

    it('refuses to start with an authority that cannot be read', async () => {
      const home = await mkdtemp(join(folder, 'unreadable-'));
      ingest = AppProcess.start('ingest', home, {
        ...(await login('plain')),
        KAFKA_CA_FILE: join(home, 'none.pem'),
      });
      expect(await ingest.ended).toBe(1);
      expect(ingest.output.trim().split('\n').at(-1)).toMatch(/^KAFKA_CA_FILE: .*none\.pem cannot be read$/);
    });
  });
});

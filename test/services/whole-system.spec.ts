// The whole way on the engines of production, in one run: a week with faults and poison in a real Kafka, the log in KurrentDB,
// the read model in a real PostgreSQL, both apps as `npm start` runs them, killed again and again in the middle of it.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DecodedUpdate } from '@libs/domain';
import type { RecordedEvent } from '@libs/event-store';
import { openPostgres, type PostgresTarget } from '@libs/read-models';
import { pureReports, type PureReports } from '../pure-reports.js';
import { accountOfRun } from '../running/account-of-run.js';
import { ask } from '../running/ask-projector.js';
import { buildIfStale } from '../running/build-if-stale.js';
import { CrashingApps } from '../running/crashing-apps.js';
import { expectPureReport, weekReports } from '../running/expect-pure-reports.js';
import { expectPureRows } from '../running/expect-pure-rows.js';
import { expectPureTimelines } from '../running/expect-pure-timelines.js';
import { KurrentDbServer } from '../running/kurrentdb-server.js';
import { readKurrentDbLog } from '../running/read-log.js';
import { readMetrics } from '../running/read-metrics.js';
import type { Addresses } from '../running/running-apps.js';
import { distinctUpdates, idsByStream, orderedIds } from './running/consumed-feed.js';
import { FEED_FROM, kafkaFeed } from './running/kafka-feed.js';
import { poisonIn, poisonKeptBy } from './running/kafka-quarantine.js';
import { KafkaTopic } from './running/kafka-topic.js';
import { dropModel, newName } from './running/postgres-models.js';
import { requireService } from './running/services.js';
import { until } from './running/until.js';

const SEED = Number(process.env.FEED_SEED ?? 20_251_117);
const MESSAGES = 20_000;
const PARTITIONS = 6;
/** Both apps are killed once in each part of the feed but the last; after every second kill, in their recovery, too. */
const PARTS = 5;
const TIME_LIMIT_MS = 600_000;
const COUNTED = ['received', 'appended', 'duplicate', 'quarantined', 'rejected', 'unacknowledged'] as const;

describe(`from Kafka by way of KurrentDB into PostgreSQL, through crashes of both apps (seed ${SEED})`, () => {
  const accountId = accountOfRun();
  const feed = kafkaFeed({ seed: SEED, messages: MESSAGES, partitions: PARTITIONS, accountId });
  const updates = distinctUpdates(feed);
  let folder: string;
  let topic: KafkaTopic;
  let server: KurrentDbServer;
  let target: PostgresTarget;
  let apps: CrashingApps;
  let crashes = 0;
  /** Crashes that left messages which had been sent and not committed. */
  let interrupted = 0;
  let addresses: Addresses;
  let log: readonly RecordedEvent[];
  let lastPosition: string;
  /** In the order of the log; decoded from what was sent, not from what was stored. */
  let logged: readonly DecodedUpdate[];
  let pure: PureReports;

  const start = (groupId: string): CrashingApps => {
    const readModel = new URL(target.url);
    readModel.searchParams.set('schema', target.schema);
    return new CrashingApps(folder, {
      ...topic.variables(),
      KAFKA_GROUP_ID: groupId,
      EVENT_STORE_URL: server.connectionString,
      READ_MODEL_URL: readModel.href,
    });
  };
  /** Before there is a group, nothing of it is known. */
  const progress = () => topic.progress().catch(() => ({ sent: 0, committed: 0 }));
  const counts = async (): Promise<Record<(typeof COUNTED)[number], number>> => {
    const metric = await readMetrics(addresses.ingest);
    const read = COUNTED.map((name) => [name, metric(`ingest_${name}_total`)]);
    return Object.fromEntries(read) as Record<(typeof COUNTED)[number], number>;
  };

  beforeAll(async () => {
    buildIfStale();
    folder = await mkdtemp(join(tmpdir(), 'whole-'));
    target = { url: await requireService('TEST_POSTGRES_URL'), schema: newName() };
    topic = await KafkaTopic.create(await requireService('TEST_KAFKA_BROKERS'), PARTITIONS);
    server = await KurrentDbServer.start();
    apps = start(topic.groupId);
    await apps.addresses();
    const size = Math.ceil(MESSAGES / PARTS);
    for (let part = 0; part < PARTS; part += 1) {
      const { committed } = await progress();
      const sending = topic.send(feed.messages.slice(part * size, (part + 1) * size));
      if (part < PARTS - 1) {
        await until(async () => (await progress()).committed > committed);
        apps.crash(part % 2 === 1);
        const left = await progress();
        if (left.committed < left.sent) interrupted += 1;
      }
      await sending;
      await apps.addresses();
    }
    await until(() => topic.isConsumed());
    ({ crashes } = apps);
    addresses = await apps.addresses();
    log = await readKurrentDbLog(server.connectionString, accountId);
    lastPosition = String(log.at(-1)?.position);
    logged = log.flatMap(({ id }) => updates.get(id) ?? []);
    pure = pureReports(logged);
    await ask(addresses.projector, '/v1/accounts', { minPosition: lastPosition });
  }, TIME_LIMIT_MS);
  afterAll(async () => {
    await apps?.destroy();
    await topic?.close();
    server?.destroy();
    if (target !== undefined) await dropModel(target);
    await rm(folder, { recursive: true, force: true });
  }, TIME_LIMIT_MS);

  it('was killed in the middle of its work, and consumed all of it', async () => {
    expect(crashes).toBeGreaterThanOrEqual(PARTS);
    expect(interrupted).toBeGreaterThanOrEqual(2);
    expect(await topic.progress()).toEqual({ sent: MESSAGES, committed: MESSAGES });
    expect((await readMetrics(addresses.ingest))('ingest_kafka_lag')).toBe(0);
  });

  it('has every event in the log once, and nothing else, each agent’s in the order of its partition', () => {
    expect(log.map(({ id }) => id).sort()).toEqual([...updates.keys()].sort());
    const ordered = orderedIds(feed);
    expect(ordered.size).toBeGreaterThan(20);
    const streams = [...idsByStream(log)].filter(([stream]) => ordered.has(stream));
    expect(new Map(streams)).toEqual(ordered);
  });

  it('keeps all poison in quarantine, once and whole: in = appended + duplicate + quarantined', async () => {
    const poison = poisonIn(feed, topic.name);
    expect(new Set(poison.map(({ code }) => code)).size).toBeGreaterThan(3);
    expect(await poisonKeptBy(addresses.ingest, topic.name)).toEqual(poison);
    const doubles = feed.messages.filter(({ meaning }) => typeof meaning !== 'string').length - updates.size;
    expect(doubles).toBeGreaterThan(500);
    expect(log.length + doubles + poison.length).toBe(MESSAGES);
    const { received, appended, duplicate, quarantined, rejected, unacknowledged } = await counts();
    expect(appended).toBeGreaterThan(0);
    expect(received).toBe(appended + duplicate + quarantined);
    expect(rejected + unacknowledged).toBe(0);
  });

  it(
    'read all again by another group, counts nothing but duplicates and what is in quarantine already',
    async () => {
      await apps.destroy();
      apps = start(`${topic.groupId}-again`);
      addresses = await apps.addresses();
      await until(async () => {
        const { received, appended, duplicate, quarantined } = await counts();
        return received >= MESSAGES && appended + duplicate + quarantined >= received;
      });
      const poison = poisonIn(feed, topic.name);
      expect(await counts()).toEqual({
        ...{ received: MESSAGES, appended: 0, duplicate: MESSAGES - poison.length },
        ...{ quarantined: poison.length, rejected: 0, unacknowledged: 0 },
      });
      expect(await readKurrentDbLog(server.connectionString, accountId)).toHaveLength(log.length);
      expect(await poisonKeptBy(addresses.ingest, topic.name)).toEqual(poison);
    },
    TIME_LIMIT_MS,
  );

  it('has the pure fold of every agent in its tables', async () => {
    const sql = openPostgres(target, 'read');
    try {
      await expectPureRows(sql, logged);
    } finally {
      await sql.close();
    }
  });

  it('shows every agent’s timeline as the pure fold', async () => {
    await expectPureTimelines(addresses.projector, logged, lastPosition);
  });

  it.each(weekReports(FEED_FROM))('answers as the pure report: %s', async (_, query) => {
    const isAlone = server.canBeSwitched;
    await expectPureReport(query, pure, {
      ...{ projector: addresses.projector, accountId },
      ...{ lastPosition, isAlone },
    });
  });
});

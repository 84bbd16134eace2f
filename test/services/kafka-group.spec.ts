// Three ingest processes in one group on one log, through a storm: killed, stopped, put to sleep until their partitions are
// given away, joined by a fourth, and their broker killed.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecordedEvent } from '@libs/event-store';
import { seededRandom } from '@libs/event-store/testing';
import { accountOfRun } from '../running/account-of-run.js';
import { buildIfStale } from '../running/build-if-stale.js';
import { KurrentDbServer } from '../running/kurrentdb-server.js';
import { readKurrentDbLog } from '../running/read-log.js';
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

const SEED = Number(process.env.FEED_SEED ?? 20_251_110);
const MESSAGES = 100_000;
const PARTITIONS = 12;
const MEMBERS = 3;
const TIME_LIMIT_MS = 600_000;

/** A part of the feed is sent before each. */
const STORM = ['kill', 'stop', 'join', 'sleep', 'kill', 'broker', 'stop', 'kill', 'join'] as const;

describe(`three ingest processes in one group, through a storm (seed ${SEED})`, () => {
  const accountId = accountOfRun();
  const feed = kafkaFeed({ seed: SEED, messages: MESSAGES, partitions: PARTITIONS, accountId });
  const updates = distinctUpdates(feed);
  const random = seededRandom(SEED);
  let folder: string;
  let broker: TestBroker;
  let topic: KafkaTopic;
  let server: KurrentDbServer;
  let log: readonly RecordedEvent[];
  const members: AppProcess[] = [];

  /** Each keeps its own files over its lives. */
  const start = async (member: number): Promise<void> => {
    const home = join(folder, String(member));
    await mkdir(home, { recursive: true });
    members[member] = AppProcess.start('ingest', home, {
      ...topic.variables(),
      EVENT_STORE_URL: server.connectionString,
    });
  };
  const committed = async (count: number): Promise<void> =>
    until(async () => (await topic.progress().catch(() => ({ committed: 0 }))).committed >= count);
  const happen = async (what: (typeof STORM)[number]): Promise<void> => {
    const number = random(MEMBERS);
    const member = members[number];
    if (member === undefined) throw new Error('nobody is there');
    switch (what) {
      case 'kill':
        await member.destroy();
        return start(number);
      case 'stop':
        await member.stop();
        return start(number);
      case 'join':
        await start(MEMBERS);
        await members[MEMBERS]?.url();
        return members.pop()?.stop();
      case 'sleep': {
        member.kill('SIGSTOP');
        const awake = members.find((other) => other !== member);
        const before = (await awake?.metric('ingest_kafka_rebalances_total')) ?? 0;
        // The others hear of it when the group has given its partitions away.
        await until(async () => ((await awake?.metric('ingest_kafka_rebalances_total')) ?? 0) > before);
        member.kill('SIGCONT');
        return;
      }
      case 'broker':
        await broker.kill();
        return broker.restart();
      default:
        throw new Error(`no such trouble: ${String(what satisfies never)}`);
    }
  };

  beforeAll(async () => {
    buildIfStale();
    folder = await mkdtemp(join(tmpdir(), 'group-'));
    [broker, server] = await Promise.all([TestBroker.start(), KurrentDbServer.start()]);
    topic = await KafkaTopic.create(broker.brokers, PARTITIONS);
    for (let member = 0; member < MEMBERS; member += 1) await start(member);
    const part = Math.ceil(MESSAGES / STORM.length);
    for (const [number, trouble] of STORM.entries()) {
      await topic.send(feed.messages.slice(number * part, (number + 1) * part));
      // In the middle of the part.
      await committed(number * part + random(part / 2));
      await happen(trouble);
    }
    await until(() => topic.isConsumed());
    log = await readKurrentDbLog(server.connectionString, accountId);
  }, TIME_LIMIT_MS);
  afterAll(async () => {
    await Promise.all(members.map((member) => member.destroy()));
    await topic?.close();
    server?.destroy();
    await broker?.destroy();
    await rm(folder, { recursive: true, force: true });
  }, TIME_LIMIT_MS);

  it('consumed all of it, every member with partitions of its own', async () => {
    expect(await topic.progress()).toEqual({ sent: MESSAGES, committed: MESSAGES });
    const shares = await Promise.all(
      members.map(async (member) => (await member.readiness()).details.kafka ?? ''),
    );
    const partitions = shares.map((share) => Number(/^consuming (\d+) partitions$/.exec(share)?.[1]));
    expect(partitions.reduce((sum, share) => sum + share, 0)).toBe(PARTITIONS);
  });

  it('has every event in the log once, and nothing else', () => {
    expect(log.map(({ id }) => id).sort()).toEqual([...updates.keys()].sort());
  });

  it('has each agent’s events in the order of its partition', () => {
    const streams = idsByStream(log);
    const ordered = orderedIds(feed);
    expect(ordered.size).toBeGreaterThan(100);
    expect(new Map([...streams].filter(([stream]) => ordered.has(stream)))).toEqual(ordered);
  });

  it('keeps all poison: in = events, their doubles and what is in quarantine', async () => {
    const kept = await Promise.all(members.map(async (member) => quarantinedBy(await member.url())));
    // Each shows all of it, and each message once, though who had it died and left it to another.
    for (const shown of kept) expect(shown).toEqual(poisonOf(feed));
    const doubles = feed.messages.length - updates.size - poisonOf(feed).length;
    expect(doubles).toBeGreaterThan(1_000);
    expect(log.length + doubles + poisonOf(feed).length).toBe(MESSAGES);
  });

  it(
    'has the pure fold of every agent in its tables',
    async () => {
      const logged = log.flatMap(({ id }) => updates.get(id) ?? []);
      await expectTables(
        folder,
        { EVENT_STORE_URL: server.connectionString },
        logged,
        log.at(-1)?.position ?? 0n,
      );
    },
    TIME_LIMIT_MS,
  );
});

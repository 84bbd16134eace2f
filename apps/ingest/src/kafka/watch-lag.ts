// Asks the brokers every few seconds where the partitions end, so that lag is seen to grow while nothing is consumed.
// It must never disturb the consumer: it has a connection of its own, and what fails here is tried again later.
import type { Admin, Kafka } from 'kafkajs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KafkaSettings } from './kafka-settings.js';
import type { PartitionLag } from './partition-lag.js';

const EVERY_MS = 2_000;

/** Resolves when the signal has fired. */
export async function watchLag(
  kafka: Kafka,
  settings: Pick<KafkaSettings, 'topic' | 'groupId'>,
  lag: PartitionLag,
  signal: AbortSignal,
): Promise<void> {
  const admin = kafka.admin({ retry: { retries: 0 } });
  while (!signal.aborted) {
    await askOnce(admin, settings, lag).catch(() => undefined);
    await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
  await admin.disconnect().catch(() => undefined);
}

async function askOnce(
  admin: Admin,
  { topic, groupId }: Pick<KafkaSettings, 'topic' | 'groupId'>,
  lag: PartitionLag,
): Promise<void> {
  await admin.connect();
  const [ends, groups] = await Promise.all([
    admin.fetchTopicOffsets(topic),
    admin.fetchOffsets({ groupId, topics: [topic] }),
  ]);
  const committed = groups
    .flatMap(({ partitions }) => partitions)
    .filter(({ offset }) => !offset.startsWith('-'))
    .map(({ partition, offset }) => [partition, BigInt(offset)] as const);
  lag.update(
    ends.map(({ partition, low, high }) => ({ partition, low: BigInt(low), high: BigInt(high) })),
    new Map(committed),
  );
}

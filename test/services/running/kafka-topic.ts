// A topic of a test's own: created, filled at given partitions, and watched until a group has consumed all of it.
import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import { randomUUID } from 'node:crypto';

export interface MessageToSend {
  readonly partition: number;
  readonly key: string | null;
  readonly value: Buffer | null;
}

const BATCH_MESSAGES = 1_000;

export class KafkaTopic {
  readonly name = `agent-updates-${randomUUID()}`;
  readonly groupId = `ingest-${randomUUID()}`;
  private readonly kafka: Kafka;
  private readonly admin: Admin;

  private constructor(readonly brokers: string) {
    this.kafka = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: kafkajs.logLevel.NOTHING });
    this.admin = this.kafka.admin();
  }

  static async create(brokers: string, partitions: number): Promise<KafkaTopic> {
    const topic = new KafkaTopic(brokers);
    await topic.admin.connect();
    await topic.admin.createTopics({ topics: [{ topic: topic.name, numPartitions: partitions }] });
    return topic;
  }

  /** What the ingest app is told of it. */
  variables(): Readonly<Record<string, string>> {
    return { KAFKA_BROKERS: this.brokers, KAFKA_TOPIC: this.name, KAFKA_GROUP_ID: this.groupId };
  }

  /** In this order, partition by partition. */
  async send(messages: readonly MessageToSend[]): Promise<void> {
    const producer = this.kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    try {
      for (let from = 0; from < messages.length; from += BATCH_MESSAGES) {
        const batch = messages.slice(from, from + BATCH_MESSAGES);
        await producer.send({ topic: this.name, messages: batch.map((message) => ({ ...message })) });
      }
    } finally {
      await producer.disconnect();
    }
  }

  /** Messages in it, and those that the group has committed. */
  async progress(): Promise<{ readonly sent: number; readonly committed: number }> {
    const [ends, groups] = await Promise.all([
      this.admin.fetchTopicOffsets(this.name),
      this.admin.fetchOffsets({ groupId: this.groupId, topics: [this.name] }),
    ]);
    const sum = (offsets: readonly string[]): number =>
      offsets.map(Number).reduce((total, offset) => total + Math.max(offset, 0), 0);
    return {
      sent: sum(ends.map(({ high }) => high)),
      committed: sum(groups.flatMap(({ partitions }) => partitions.map(({ offset }) => offset))),
    };
  }

  async isConsumed(): Promise<boolean> {
    const { sent, committed } = await this.progress().catch(() => ({ sent: -1, committed: 0 }));
    return sent === committed;
  }

  close(): Promise<void> {
    return this.admin.disconnect();
  }
}

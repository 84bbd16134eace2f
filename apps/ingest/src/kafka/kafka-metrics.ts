// What the Kafka source counts, beside what ingest counts of every payload. Labels name partitions, never an agent.
import { Counter, Gauge, type Registry } from 'prom-client';

export interface KafkaGauges {
  /** In the group, with partitions or without. */
  readonly isJoined: () => boolean;
  readonly waiting: () => number;
  /** Messages by assigned partition. */
  readonly lag: () => ReadonlyMap<number, number>;
}

export interface KafkaMetrics {
  /** Messages whose offset was resolved: durable, or there already. */
  readonly consumed: Counter<'partition'>;
  readonly rebalances: Counter;
  readonly restarts: Counter;
}

export function makeKafkaMetrics(registry: Registry, gauges: KafkaGauges): KafkaMetrics {
  const registers = [registry];
  new Gauge({
    name: 'ingest_kafka_joined',
    help: '1 while this consumer is in its group, else 0.',
    registers,
    collect() {
      this.set(gauges.isJoined() ? 1 : 0);
    },
  });
  new Gauge({
    name: 'ingest_kafka_paused_partitions',
    help: 'Partitions that wait for the event store or for room in the quarantine.',
    registers,
    collect() {
      this.set(gauges.waiting());
    },
  });
  new Gauge({
    name: 'ingest_kafka_lag',
    help: 'Messages between what is durable here and the end of each assigned partition.',
    labelNames: ['partition'] as const,
    registers,
    collect() {
      this.reset();
      for (const [partition, messages] of gauges.lag()) this.set({ partition }, messages);
    },
  });
  return {
    consumed: new Counter({
      name: 'ingest_kafka_consumed_total',
      help: 'Messages consumed: recorded or known before, their offsets free to be committed.',
      labelNames: ['partition'] as const,
      registers,
    }),
    rebalances: new Counter({
      name: 'ingest_kafka_rebalances_total',
      help: 'Times this consumer had to join its group again.',
      registers,
    }),
    restarts: new Counter({
      name: 'ingest_kafka_restarts_total',
      help: 'Times the consumer ended by itself and was started again.',
      registers,
    }),
  };
}

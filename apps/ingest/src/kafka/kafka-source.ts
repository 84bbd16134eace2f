// Consumes the topic beside HTTP, for as long as the app runs. States: connecting → consuming ⇄ paused (some partition
// waits for the log or the quarantine); whatever ends a consumer, another is started after a pause that grows, for ever.
// It must never end the app, and never keep it from ending.
import type { CheckResult } from '@libs/platform';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { setTimeout as sleep } from 'node:timers/promises';
import { consumeBatch, type BatchParts } from './consume-batch.js';
import { runConsumerSession, SESSION_TIMEOUT_MS, type SessionEnd } from './consumer-session.js';
import { createKafka } from './kafka-client.js';
import { makeKafkaMetrics, type KafkaMetrics } from './kafka-metrics.js';
import type { KafkaSettings } from './kafka-settings.js';
import { PartitionLag } from './partition-lag.js';
import { watchLag } from './watch-lag.js';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

export interface KafkaSourceParts extends Omit<BatchParts, 'watch' | 'inTurn'> {
  readonly settings: KafkaSettings;
  readonly logger: Logger;
  readonly metrics: Registry;
}

export class KafkaSource {
  private readonly stopping = new AbortController();
  private readonly lag = new PartitionLag();
  /** Why, by partition; the one that has waited longest first. */
  private readonly waiting = new Map<number, string>();
  private readonly metrics: KafkaMetrics;
  private hasJoined = false;
  private lastSign = -Infinity;
  private running: Promise<void> | null = null;

  constructor(private readonly parts: KafkaSourceParts) {
    this.metrics = makeKafkaMetrics(parts.metrics, {
      isJoined: () => this.isJoined(),
      waiting: () => this.waiting.size,
      lag: () => this.lag.lag(),
    });
  }

  /** Returns at once. */
  start(): void {
    const { settings, logger } = this.parts;
    const kafka = createKafka(settings, logger);
    const { signal } = this.stopping;
    this.running ??= Promise.all([
      this.runSessions((stop) => this.runSession(kafka, stop), signal),
      watchLag(kafka, settings, this.lag, signal),
    ]).then(() => undefined);
  }

  /** Resolves when nothing is handed to the recorder any more; at the latest after a few seconds. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /**
   * For readiness. Always ok: without brokers the app still records what comes over HTTP, and taking that away would make
   * two failures of one. Alert on `ingest_kafka_joined` and `ingest_kafka_lag`.
   */
  check(): CheckResult {
    const [reason] = this.waiting.values();
    if (reason !== undefined) return { ok: true, detail: `paused (${reason})` };
    if (!this.isJoined()) return { ok: true, detail: 'not in the consumer group; trying' };
    return { ok: true, detail: `consuming ${this.lag.partitions().length} partitions` };
  }

  /** As far as this side can know. */
  private isJoined(): boolean {
    return this.hasJoined && performance.now() - this.lastSign < SESSION_TIMEOUT_MS;
  }

  private async runSessions(
    runSession: (stop: AbortSignal) => Promise<SessionEnd>,
    stop: AbortSignal,
  ): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!stop.aborted) {
      const { hasJoined, reason } = await runSession(stop);
      if (stop.aborted) return;
      this.metrics.restarts.inc();
      pauseMs = hasJoined ? FIRST_PAUSE_MS : Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
      this.parts.logger.warn({ err: reason, pauseMs }, 'the Kafka consumer has ended and is started again');
      await sleep(pauseMs, undefined, { signal: stop }).catch(() => undefined);
    }
  }

  private async runSession(kafka: ReturnType<typeof createKafka>, stop: AbortSignal): Promise<SessionEnd> {
    const { settings, logger } = this.parts;
    const batchParts: BatchParts = {
      ...this.parts,
      inTurn: createTurns(),
      watch: {
        resolved: (partition, nextOffset, messages) => {
          this.lag.resolved(partition, nextOffset);
          this.metrics.consumed.inc({ partition }, messages);
        },
        waiting: (partition, reason) => this.noteWaiting(partition, reason),
        mayTry: (partition) => this.mayTry(partition),
      },
    };
    try {
      return await runConsumerSession(
        {
          kafka,
          settings,
          eachBatch: (payload, signal) => consumeBatch(payload, batchParts, signal),
          onJoined: (partitions) => {
            this.hasJoined = true;
            this.lag.assign(partitions);
            for (const partition of partitions) this.metrics.consumed.inc({ partition }, 0);
            logger.info({ partitions: partitions.length }, 'consuming from Kafka');
          },
          onRebalancing: () => this.metrics.rebalances.inc(),
          onSign: () => void (this.lastSign = performance.now()),
        },
        stop,
      );
    } finally {
      this.hasJoined = false;
      this.lag.assign([]);
    }
  }

  private mayTry(partition: number): boolean {
    const [first] = this.waiting;
    if (first === undefined || first[0] === partition) return true;
    const [, reason] = first;
    this.noteWaiting(partition, reason);
    return false;
  }

  private noteWaiting(partition: number, reason: string | null): void {
    const before = this.waiting.size;
    if (reason === null) this.waiting.delete(partition);
    else this.waiting.set(partition, reason);
    const { logger } = this.parts;
    if (before === 0 && this.waiting.size > 0) logger.warn({ reason }, 'Kafka consumption is paused');
    if (before > 0 && this.waiting.size === 0) logger.info('Kafka consumption goes on');
  }
}

/** Each work begins when the one before has ended, however it ended. */
function createTurns(): BatchParts['inTurn'] {
  let before: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = before.then(work, work);
    before = mine;
    return mine;
  };
}

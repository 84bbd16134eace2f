// One consumer from its start to its end. Connecting → joined (consuming) → over: it crashed, fell silent, or is to stop.
// Whoever runs sessions starts the next one; a session never restarts itself.
import kafkajs, { type Consumer, type EachBatchPayload, type Kafka } from 'kafkajs';
import type { KafkaSettings } from './kafka-settings.js';

/** A member that gives no sign for so long loses its partitions. */
export const SESSION_TIMEOUT_MS = 10_000;
const REBALANCE_TIMEOUT_MS = 30_000;
const HEARTBEAT_MS = 1_000;
/** A fetch waits no longer at the broker, and stopping waits for the fetch. */
const FETCH_WAIT_MS = 500;
/** Partitions recorded side by side; their chunks share commits. */
const PARTITIONS_AT_A_TIME = 4;
const COMMIT_OFFSETS_MS = 1_000;
/** The client retries for so long by itself, before the session is over. */
const RETRY = { initialRetryTime: 200, maxRetryTime: 3_000, retries: 6 };
/** Longer than any of its timeouts: a consumer that gives no sign for so long hangs. */
const SILENCE_MS = 90_000;
const DISCONNECT_MS = 2_500;

export interface SessionParts {
  readonly kafka: Kafka;
  readonly settings: Pick<KafkaSettings, 'topic' | 'groupId'>;
  readonly eachBatch: (payload: EachBatchPayload, signal: AbortSignal) => Promise<void>;
  /** Joined the group, again after each rebalance. */
  readonly onJoined: (partitions: readonly number[]) => void;
  readonly onRebalancing: () => void;
  /** The brokers have answered. */
  readonly onSign: () => void;
}

export interface SessionEnd {
  readonly hasJoined: boolean;
  /** Null: it was to stop. */
  readonly reason: unknown;
}

/** Never throws. Resolves when the consumer has left the group, or did not in time. */
export async function runConsumerSession(parts: SessionParts, stop: AbortSignal): Promise<SessionEnd> {
  const { kafka, settings } = parts;
  const over = new AbortController();
  const consumer = kafka.consumer({
    groupId: settings.groupId,
    sessionTimeout: SESSION_TIMEOUT_MS,
    rebalanceTimeout: REBALANCE_TIMEOUT_MS,
    heartbeatInterval: HEARTBEAT_MS,
    maxWaitTimeInMs: FETCH_WAIT_MS,
    allowAutoTopicCreation: false,
    retry: { ...RETRY, restartOnFailure: () => Promise.resolve(false) },
  });
  let hasJoined = false;
  const ended = untilEnded(consumer, parts.onSign, stop);
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    if (over.signal.aborted) return;
    hasJoined = true;
    parts.onJoined(payload.memberAssignment[settings.topic] ?? []);
  });
  consumer.on(consumer.events.REBALANCING, () => parts.onRebalancing());
  const signal = AbortSignal.any([stop, over.signal]);
  const started = start(consumer, settings.topic, async (payload) => {
    // A consumer that could not be stopped in time has been replaced: it must not go on.
    if (over.signal.aborted) throw new kafkajs.KafkaJSNonRetriableError('this consumer is over');
    await parts.eachBatch(payload, signal);
  });
  const failed = new Promise<unknown>((resolve) => void started.catch(resolve));
  const reason = await Promise.race([ended.reason, failed]);
  over.abort();
  ended.stopWatching();
  await inTime(consumer.disconnect(), DISCONNECT_MS);
  return { hasJoined, reason: stop.aborted ? null : reason };
}

async function start(
  consumer: Consumer,
  topic: string,
  eachBatch: (payload: EachBatchPayload) => Promise<void>,
): Promise<void> {
  await consumer.connect();
  // A group that is new here, or whose offsets have expired, starts with the oldest: what is known already adds nothing.
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachBatch,
    eachBatchAutoResolve: false,
    autoCommitInterval: COMMIT_OFFSETS_MS,
    partitionsConsumedConcurrently: PARTITIONS_AT_A_TIME,
  });
}

function untilEnded(
  consumer: Consumer,
  onSign: () => void,
  stop: AbortSignal,
): { readonly reason: Promise<unknown>; readonly stopWatching: () => void } {
  const { CRASH, HEARTBEAT, FETCH, GROUP_JOIN } = consumer.events;
  let lastSign = performance.now();
  for (const event of [HEARTBEAT, FETCH, GROUP_JOIN] as const) {
    consumer.on(event, () => {
      lastSign = performance.now();
      onSign();
    });
  }
  let resolve: (reason: unknown) => void = () => undefined;
  const reason = new Promise<unknown>((settle) => (resolve = settle));
  consumer.on(CRASH, ({ payload }) => resolve(payload.error));
  const timer = setInterval(() => {
    if (performance.now() - lastSign > SILENCE_MS) resolve(new Error('the consumer has fallen silent'));
  }, HEARTBEAT_MS);
  const onStop = (): void => resolve(null);
  if (stop.aborted) onStop();
  stop.addEventListener('abort', onStop, { once: true });
  const stopWatching = (): void => {
    clearInterval(timer);
    stop.removeEventListener('abort', onStop);
  };
  return { reason, stopWatching };
}

async function inTime(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work.catch(() => undefined), late]);
  clearTimeout(timer);
}

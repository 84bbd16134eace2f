// Records one batch of a partition, chunk by chunk. An offset is resolved when everything up to it is durable, as an event
// or in quarantine, and never before: whatever interrupts this, the rest comes again, and what comes twice adds nothing.
// States of a chunk: recording → durable → resolved; or recording → waiting (log down, quarantine full) → recording again,
// for as long as it takes, with a beating heart. Leaves early when the consumer stops, or throws when the group rebalances.
import { EventStoreError } from '@libs/event-store';
import type { EachBatchPayload, KafkaMessage } from 'kafkajs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IngestLimits } from '../ingest-limits.js';
import { QuarantineError } from '../quarantine/quarantine-item.js';
import type { DecodedPayload, Payload } from '../record-agent-update/received-update.js';
import type { Reception } from '../record-agent-update/record-agent-update.js';
import { createHeart } from './heart.js';
import { messageChunks } from './message-chunks.js';

/** Between two tries while the log is down or the quarantine full. */
export const RETRY_MS = 500;

export interface BatchParts {
  readonly decode: (payloads: readonly Payload[], receivedAt: number) => Promise<readonly DecodedPayload[]>;
  /** Resolves when all of it is durable; throws `EventStoreError` or `QuarantineError`, or what is a bug. */
  readonly record: (updates: readonly DecodedPayload[], receptions: readonly Reception[]) => Promise<unknown>;
  readonly limits: Pick<IngestLimits, 'chunkUpdates' | 'chunkBytes'>;
  /** Runs one after the other: a failing append can take long, and no other is to queue behind it. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
  /** UTC epoch ms. */
  readonly now: () => number;
  readonly watch: BatchWatch;
}

/** What there is to tell while a batch is recorded. */
export interface BatchWatch {
  readonly resolved: (partition: number, nextOffset: bigint, messages: number) => void;
  /** `reason`: an error's code; null: no longer. */
  readonly waiting: (partition: number, reason: string | null) => void;
  /** While several partitions wait, one of them finds out whether it is over. */
  readonly mayTry: (partition: number) => boolean;
}

export type Batch = Pick<
  EachBatchPayload,
  'resolveOffset' | 'heartbeat' | 'commitOffsetsIfNecessary' | 'isRunning' | 'isStale'
> & {
  readonly batch: Pick<EachBatchPayload['batch'], 'topic' | 'partition' | 'messages'>;
};

/** `signal`: the consumer is to stop. Throws what the heartbeat throws, and bugs. */
export async function consumeBatch(given: Batch, parts: BatchParts, signal: AbortSignal): Promise<void> {
  const { batch, resolveOffset, heartbeat, commitOffsetsIfNecessary, isRunning, isStale } = given;
  const { topic, partition, messages } = batch;
  const heart = createHeart(heartbeat);
  const mayGoOn = (): boolean => isRunning() && !isStale() && !signal.aborted;
  try {
    for (const chunk of messageChunks(messages, parts.limits)) {
      const last = chunk.at(-1);
      if (last === undefined || !mayGoOn()) return;
      const mayTry = (): boolean => mayGoOn() && parts.watch.mayTry(partition);
      while (!(await heart.during(tryToRecord(topic, partition, chunk, parts, mayTry)))) {
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
        if (!mayGoOn()) return;
        await heart.beat();
        // The beat may have waited for the brokers.
        if (!mayGoOn()) return;
      }
      resolveOffset(last.offset);
      parts.watch.resolved(partition, BigInt(last.offset) + 1n, chunk.length);
      await heart.beat();
      await commitOffsetsIfNecessary();
    }
  } finally {
    parts.watch.waiting(partition, null);
  }
}

/** False: nothing is known to be durable, try again. */
async function tryToRecord(
  topic: string,
  partition: number,
  messages: readonly KafkaMessage[],
  { decode, record, inTurn, now, watch }: BatchParts,
  mayTry: () => boolean,
): Promise<boolean> {
  const receivedAt = now();
  const updates = await decode(messages.map(toPayload), receivedAt);
  const receptions = messages.map(({ offset }): Reception => ({
    receivedAt,
    via: 'kafka',
    kafka: { topic, partition, offset },
  }));
  return inTurn(async () => {
    if (!mayTry()) return false;
    try {
      await record(updates, receptions);
      watch.waiting(partition, null);
      return true;
    } catch (error) {
      if (!(error instanceof EventStoreError || error instanceof QuarantineError)) throw error;
      watch.waiting(partition, error.code);
      return false;
    }
  });
}

/** A tombstone is a payload of no bytes: not JSON, and kept as such. */
function toPayload({ value }: KafkaMessage): Payload {
  const bytes = value ?? Buffer.alloc(0);
  return { bytes, form: 'payload', totalBytes: bytes.length };
}

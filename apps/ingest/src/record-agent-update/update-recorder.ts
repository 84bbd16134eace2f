// The one way into the log and the quarantine: a queue of chunks and one loop that records them in order, so that one
// agent's updates never race each other and requests that arrive together share a commit.
// States: idle → (a chunk comes) recording a batch of waiting chunks → a turn of the event loop, without which a sender
// whose chunks follow each other would shut out all others → idle, or the next batch. A chunk is answered when all of it is
// durable; where the log or the quarantine fails, it is answered with that error and nothing is acknowledged.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventStore } from '@libs/event-store';
import type { IngestMetrics } from '../ingest-metrics.js';
import type { Quarantine } from '../quarantine/quarantine.js';
import { appendUpdates, type UpdateToAppend } from './append-updates.js';
import { takeUpTo, type Chunk } from './chunk.js';
import { keepRefused } from './keep-refused.js';
import type { ReceivedUpdate } from './received-update.js';
import { receptionAt, type Receptions } from './record-agent-update.js';
import { StreamStates } from './stream-states.js';
import type { UpdateResult } from './update-result.js';

/** Updates of one batch: a commit of so many is short enough to run in the main thread. */
const BATCH_UPDATES = 1_000;
/** A failed append is news for so long; then only the next one can tell. */
const FAILURE_IS_NEWS_MS = 5_000;

export interface RecorderParts {
  readonly store: Pick<EventStore, 'append' | 'readStream'>;
  readonly quarantine: Pick<Quarantine, 'keep'>;
  readonly metrics: IngestMetrics;
  readonly rememberedStreams: number;
  /** UTC epoch ms. */
  readonly now: () => number;
}

export class UpdateRecorder {
  private readonly waiting: Chunk[] = [];
  private readonly states: StreamStates;
  private loop: Promise<void> | null = null;
  private failedAt: number | null = null;

  constructor(private readonly parts: RecorderParts) {
    this.states = new StreamStates(parts.store, parts.rememberedStreams);
  }

  /** One result an update, in order, once all are durable. Throws `EventStoreError` or `QuarantineError`. */
  record(updates: readonly ReceivedUpdate[], receptions: Receptions): Promise<readonly UpdateResult[]> {
    this.parts.metrics.received.inc(updates.length);
    const results: UpdateResult[] = [];
    updates.forEach((one, index) => {
      if (one.kind === 'rejected') results[index] = { outcome: 'rejected', accountId: one.accountId };
    });
    return new Promise((resolve, reject) => {
      this.waiting.push({ updates, receptions, results, failure: null, resolve, reject });
      this.loop ??= this.run();
    });
  }

  /** The last append failed, not long ago: without traffic nothing would show that the store is back. */
  hasFailedLately(): boolean {
    return this.failedAt !== null && this.parts.now() - this.failedAt < FAILURE_IS_NEWS_MS;
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    while (this.loop !== null) await this.loop;
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = takeUpTo(BATCH_UPDATES, this.waiting, ({ updates }) => updates.length);
      await keepRefused(this.parts.quarantine, batch);
      await this.append(batch);
      for (const chunk of batch) this.answer(chunk);
      await nextTurn();
    }
    this.loop = null;
  }

  private async append(batch: readonly Chunk[]): Promise<void> {
    const places: { readonly chunk: Chunk; readonly index: number }[] = [];
    const updates: UpdateToAppend[] = [];
    for (const chunk of batch) {
      chunk.updates.forEach((one, index) => {
        if (one.kind !== 'understood') return;
        places.push({ chunk, index });
        updates.push({ update: one, reception: receptionAt(chunk.receptions, index) });
      });
    }
    if (updates.length === 0) return;
    const { metrics, store } = this.parts;
    metrics.appendSize.observe(updates.length);
    const endTimer = metrics.appendSeconds.startTimer();
    try {
      const results = await appendUpdates(store, this.states, updates);
      places.forEach(({ chunk, index }, at) => {
        const result = results[at];
        if (result !== undefined) chunk.results[index] = result;
      });
      this.noteAppend(null);
    } catch (error) {
      for (const { chunk } of places) chunk.failure = error;
      this.noteAppend(this.parts.now());
    }
    endTimer();
  }

  private noteAppend(failedAt: number | null): void {
    this.failedAt = failedAt;
    this.parts.metrics.storeAvailable.set(failedAt === null ? 1 : 0);
  }

  private answer(chunk: Chunk): void {
    const { metrics } = this.parts;
    // What is durable counts as what it is, though the chunk is answered with an error: it comes again as a duplicate.
    chunk.updates.forEach((_update, index) => count(metrics, chunk.results[index]));
    if (chunk.failure === null) chunk.resolve(chunk.results);
    else chunk.reject(chunk.failure);
  }
}

function count(metrics: IngestMetrics, result: UpdateResult | undefined): void {
  switch (result?.outcome) {
    case 'appended':
      return metrics.appended.inc();
    case 'duplicate':
      return metrics.duplicate.inc();
    case 'quarantined':
      return metrics.countQuarantined(result.code);
    case 'rejected':
      return metrics.rejected.inc();
    case undefined:
      return metrics.unacknowledged.inc();
    default:
      throw new Error(`no such outcome: ${String(result satisfies never)}`);
  }
}

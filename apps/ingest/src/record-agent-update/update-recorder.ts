// The one way into the log and the quarantine: a queue of chunks and one loop that records them in order, so that one
// agent's updates never race each other and requests that arrive together share a commit.
// States: idle → (a chunk comes) recording a batch of waiting chunks → idle, or the next batch. A chunk is answered when
// all of it is durable; where the log or the quarantine fails, it is answered with that error and nothing is acknowledged.
import type { EventStore } from '@libs/event-store';
import type { IngestMetrics } from '../ingest-metrics.js';
import type { RefusalReceived } from '../quarantine/quarantine-item.js';
import type { QuarantineStore } from '../quarantine/quarantine-store.js';
import { appendUpdates, type UpdateToAppend } from './append-updates.js';
import type { ReceivedUpdate } from './received-update.js';
import { receptionAt, type Receptions } from './record-agent-update.js';
import { StreamStates } from './stream-states.js';
import type { UpdateResult } from './update-result.js';

/** Updates of one batch: a commit of so many is short enough to run in the main thread. */
const BATCH_UPDATES = 1_000;
/** A failed append is news for so long; then only the next one can tell. */
const FAILURE_IS_NEWS_MS = 5_000;

interface Chunk {
  readonly updates: readonly ReceivedUpdate[];
  readonly receptions: Receptions;
  readonly results: UpdateResult[];
  failure: unknown;
  readonly resolve: (results: readonly UpdateResult[]) => void;
  readonly reject: (error: unknown) => void;
}

export interface RecorderParts {
  readonly store: Pick<EventStore, 'append' | 'readStream'>;
  readonly quarantine: Pick<QuarantineStore, 'keep'>;
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
    return new Promise((resolve, reject) => {
      this.waiting.push({ updates, receptions, results: [], failure: null, resolve, reject });
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
      const batch = this.takeBatch();
      this.quarantine(batch);
      await this.append(batch);
      for (const chunk of batch) this.answer(chunk);
    }
    this.loop = null;
  }

  private takeBatch(): Chunk[] {
    let updates = 0;
    const end = this.waiting.findIndex((chunk, index) => {
      updates += chunk.updates.length;
      return index > 0 && updates > BATCH_UPDATES;
    });
    return this.waiting.splice(0, end === -1 ? this.waiting.length : end);
  }

  private quarantine(batch: readonly Chunk[]): void {
    const groups = batch.flatMap((chunk) => {
      const refused: { readonly index: number; readonly received: RefusalReceived }[] = [];
      chunk.updates.forEach((one, index) => {
        if (one.kind === 'refused') {
          refused.push({
            index,
            received: { refusal: one, reception: receptionAt(chunk.receptions, index) },
          });
        } else if (one.kind === 'rejected') {
          chunk.results[index] = { outcome: 'rejected', accountId: one.accountId };
        }
      });
      return refused.length === 0 ? [] : [{ chunk, refused }];
    });
    if (groups.length === 0) return;
    const kept = this.parts.quarantine.keep(
      groups.map(({ refused }) => refused.map(({ received }) => received)),
    );
    groups.forEach(({ chunk, refused }, group) => {
      const result = kept[group];
      if (result === undefined || 'error' in result) {
        chunk.failure = result?.error ?? new Error('the quarantine left a group unanswered');
        return;
      }
      refused.forEach(({ index, received: { refusal } }, at) => {
        const { accountId, code, detail } = refusal;
        const quarantineId = result.ids[at] ?? '';
        chunk.results[index] = { outcome: 'quarantined', accountId, code, detail, quarantineId };
      });
    });
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

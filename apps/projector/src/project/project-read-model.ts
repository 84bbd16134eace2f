// One run of the projection: opens the read model for writing, waits for the log, and keeps the one in step with the
// other until told to stop. Holds the read model's only writer, so there must never be two runs at a time.
import { EventStoreError } from '@libs/event-store';
import {
  CheckpointMismatchError,
  ModelDamagedError,
  retryUnavailable,
  runProjection,
  STOPPED,
  type ProjectionModel,
} from '@libs/projection';
import { openReadModelWriter, type PagesToPack } from '@libs/read-models';
import { eventStoreAdapter, type StoreUrls } from '../adapters.js';
import { openReadModel } from '../open-read-model.js';
import {
  NO_REPORT,
  type ProjectionEnd,
  type ProjectionReport,
  type ProjectionRunOptions,
} from './projection-report.js';

export interface ProjectReadModelOptions extends ProjectionRunOptions, StoreUrls {
  /** UTC epoch ms. */
  readonly now: () => number;
  /** Packs the pages of the event store in other threads when the read model is filled at once. */
  readonly packElsewhere?: PagesToPack;
}

export async function projectReadModel(options: ProjectReadModelOptions): Promise<ProjectionEnd> {
  try {
    await run(options);
    return { kind: 'stopped' };
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    return { kind: isFatal(error) ? 'fatal' : 'crashed', error };
  }
}

async function run({
  eventStore,
  readModel,
  packElsewhere,
  signal,
  now,
  onReport,
}: ProjectReadModelOptions): Promise<void> {
  let report: ProjectionReport = NO_REPORT;
  const tell = (change: Partial<ProjectionReport>): void => onReport((report = { ...report, ...change }));

  const sql = openReadModel(readModel, 'write');
  try {
    const onUnavailable = (error: Error): void => {
      const { retries } = report.status;
      const status = { ...report.status, lastErrorCode: 'model-unavailable', retries: retries + 1 } as const;
      tell({ openProblem: error.message, status });
    };
    const opening = { signal, onUnavailable };
    const model = await retryUnavailable(() => openReadModelWriter(sql, packElsewhere), opening);
    if (model === STOPPED) return;
    const position = await retryUnavailable(() => model.checkpoint(), opening);
    if (position === STOPPED) return;
    const status = { ...report.status, position, lastErrorCode: null };
    tell({ opened: true, openProblem: null, status });
    const onWaiting = (reason?: Error): void => {
      if (!report.waitingForEventStore) {
        tell({ waitingForEventStore: true, openProblem: reason?.message ?? null });
      }
    };
    const onRetry = (): void => tell({ storeRetries: report.storeRetries + 1 });
    const waiting = { now, signal, onWaiting, onRetry };
    const followed = await eventStoreAdapter(eventStore).follow(eventStore, waiting);
    if (followed === null) return;
    const { store, contiguousPositions } = followed;
    try {
      tell({ waitingForEventStore: false, openProblem: null });
      await runProjection({
        store,
        lease: model.lease,
        model: counting(
          model,
          (events) => (report = { ...report, appliedEvents: report.appliedEvents + events }),
        ),
        signal,
        now,
        contiguousPositions,
        // The runner's first word comes before it has read the checkpoint: what is known already stays.
        onStatus: (status) =>
          tell({ status: { ...status, position: status.position ?? report.status.position } }),
      });
    } finally {
      await store.close();
    }
  } finally {
    await sql.close();
  }
}

/** Counts what was committed; the number travels with the next status, which every commit causes. */
function counting(model: ProjectionModel, onApplied: (events: number) => void): ProjectionModel {
  const { refill } = model;
  return {
    checkpoint: () => model.checkpoint(),
    lastEvent: () => model.lastEvent(),
    apply: async (batch) => {
      await model.apply(batch);
      onApplied(batch.events.length);
    },
    refill:
      refill &&
      (async (source) => {
        const filled = await refill(source);
        onApplied(filled.events);
        return filled;
      }),
  };
}

/** Another projector at work, or a log or a read model that cannot be right: trying again would only hide it. */
function isFatal(error: Error): boolean {
  if (error instanceof CheckpointMismatchError || error instanceof ModelDamagedError) return true;
  return error instanceof EventStoreError && error.code !== 'store-unavailable';
}

// Real files and a running projection for specs: an event store, count models, and a wait for what the status says.
import { join } from 'node:path';
import { afterEach } from '@jest/globals';
import type { EventStore, RecordedEvent } from '@libs/event-store';
import { openSqliteEventStore } from '@libs/event-store/sqlite';
import { eventId, newEvent, readToHead } from '@libs/event-store/testing';
import { eventSkipped, OPERATIONS_STREAM } from '../event-skipped.js';
import type { ProjectionLease } from '../projection-lease.js';
import type { ProjectionModel } from '../projection-model.js';
import type { ProjectionStatus } from '../projection-status.js';
import { runProjection } from '../run-projection.js';

export const RECORDED_AT = 1_700_000_000_000;
export const NOW = RECORDED_AT + 90_000;

const STREAMS = 3;

// A projection left running by a failing test would keep the process alive.
const endings = new Set<AbortController>();
afterEach(() => {
  for (const ending of endings) ending.abort();
  endings.clear();
});

/** A store with `count` events over three streams; `dataOf` gives the data of the event at a position. */
export async function openStoreWith(
  folder: string,
  count: number,
  dataOf: (position: number) => unknown = () => ({}),
) {
  const store = openSqliteEventStore({ file: join(folder, 'events.db'), now: () => RECORDED_AT });
  await appendMore(store, 1, count, dataOf);
  return store;
}

export async function appendMore(
  store: EventStore,
  first: number,
  count: number,
  dataOf: (position: number) => unknown = () => ({}),
): Promise<void> {
  for (let n = first; n < first + count; n += 1) {
    const stream = `counter-${n % STREAMS}`;
    const [last] = await store.readStream(stream, { direction: 'backwards', limit: 1 });
    await store.append([
      { stream, expectedRevision: last?.revision ?? 'noStream', events: [newEvent(n, dataOf(n))] },
    ]);
  }
}

export async function recordSkip(store: EventStore, position: bigint): Promise<void> {
  const [last] = await store.readStream(OPERATIONS_STREAM, { direction: 'backwards', limit: 1 });
  const event = eventSkipped({
    id: eventId(900_000 + Number(position)),
    position,
    reason: 'a test',
    metadata: {},
  });
  await store.append([
    { stream: OPERATIONS_STREAM, expectedRevision: last?.revision ?? 'noStream', events: [event] },
  ]);
}

export async function eventsBut(store: EventStore, ...positions: bigint[]): Promise<RecordedEvent[]> {
  return (await readToHead(store)).filter(({ position }) => !positions.includes(position));
}

export interface RunningProjection {
  readonly statuses: readonly ProjectionStatus[];
  /** The first status, past or to come, that holds; rejects when the projection ends without one. */
  reached(holds: (status: ProjectionStatus) => boolean): Promise<ProjectionStatus>;
  /** As SIGTERM does: resolves once the projection has ended. */
  stop(): Promise<void>;
  readonly done: Promise<void>;
}

export function startProjection(
  store: EventStore,
  model: ProjectionModel,
  batchSize = 1_000,
  lease: ProjectionLease | null = null,
): RunningProjection {
  const ending = new AbortController();
  endings.add(ending);
  const statuses: ProjectionStatus[] = [];
  const watchers = new Set<() => void>();
  const done = runProjection({
    store,
    model,
    lease,
    batchSize,
    signal: ending.signal,
    now: () => NOW,
    contiguousPositions: true,
    onStatus: (status) => {
      statuses.push(status);
      for (const watch of watchers) watch();
    },
  });

  const reached = (holds: (status: ProjectionStatus) => boolean) =>
    new Promise<ProjectionStatus>((resolve, reject) => {
      const watch = () => {
        const status = statuses.find(holds);
        if (status === undefined) return;
        watchers.delete(watch);
        resolve(status);
      };
      watchers.add(watch);
      watch();
      done.then(() => reject(new Error('the projection ended first')), reject);
    });

  return {
    statuses,
    reached,
    done,
    stop: () => {
      ending.abort();
      return done;
    },
  };
}

/** Runs until the model stands at `position`, then stops. */
export async function projectTo(
  store: EventStore,
  model: ProjectionModel,
  position: bigint,
  batchSize?: number,
) {
  const running = startProjection(store, model, batchSize);
  await running.reached((status) => status.position !== null && status.position >= position);
  await running.stop();
}

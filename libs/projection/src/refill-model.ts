// Fills a model from the whole log at once, where it can be filled so. It leaves nothing half filled, and decides about no
// event: a log that cannot be taken whole is for following event by event, which finds out why and stops there.
import type { EventStore, Position, RecordedEvent } from '@libs/event-store';
import { endsTheRun } from './apply-or-isolate.js';
import type { ProjectionModel } from './projection-model.js';
import { retryUnavailable, STOPPED, type RetryOptions } from './retry-unavailable.js';
import type { SkippedEvents } from './skipped-events.js';

const MOST_ATTEMPTS = 3;

export interface RefillOptions {
  readonly store: EventStore;
  readonly model: ProjectionModel;
  readonly skipped: SkippedEvents;
  readonly retry: RetryOptions;
  readonly pageSize: number;
}

/** `atHead`: nothing lies beyond `position`. */
export interface RefilledModel {
  readonly position: Position | null;
  readonly atHead: boolean;
}

/** Null if the model is as it was. Throws what ends a projection. */
export async function refillModel(options: RefillOptions): Promise<RefilledModel | null> {
  const { store, model, skipped, retry } = options;
  const { refill } = model;
  if (refill === null) return null;
  const head = await retryUnavailable(() => store.head(), retry);
  if (head === null || head === STOPPED) return null;
  const { signal } = retry;
  let attempts = 0;
  try {
    const refilled = await retryUnavailable(() => {
      // A disk that is too small for another model does not grow: the log is then followed into the one there is.
      if ((attempts += 1) > MOST_ATTEMPTS) throw new Error('The model could not be filled at once.');
      const pages = pagesUpTo(head, options);
      return refill({ head, pages, maySkip: (position) => skipped.has(position), signal });
    }, retry);
    if (refilled === STOPPED) return null;
    const { position } = refilled;
    const now = await retryUnavailable(() => store.head(), retry);
    return { position, atHead: position !== null && position === now };
  } catch (error) {
    if (endsTheRun(error) && !signal.aborted) throw error;
    return null;
  }
}

/** Ends with the page that holds `last` or what lies beyond, or when the signal fires. */
async function* pagesUpTo(
  last: Position,
  { store, skipped, retry: { signal }, pageSize }: RefillOptions,
): AsyncGenerator<readonly RecordedEvent[], void, undefined> {
  for await (const { events, next } of store.follow({ after: null, signal, pageSize })) {
    events.forEach((event) => skipped.note(event));
    yield events;
    if (next !== null && next >= last) return;
  }
}

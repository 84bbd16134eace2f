// Reads single events of one stream from the event store, for the replies that show them. Must never append.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { EventStoreError, type EventStore, type RecordedEvent } from '@libs/event-store';
import { ProblemError } from '@libs/platform';

/** One read blocks the thread for about a millisecond. */
const MOST_EVENTS_A_READ = 100;
const RETRY_AFTER_SECONDS = 1;

export class EventLog {
  private store: EventStore | null = null;

  /** `open` is called at the first read, and again until it succeeds: the log may come later than this app. */
  constructor(private readonly open: () => EventStore) {}

  /** The events of a stream by revision. Throws the problem `store-unavailable`. */
  async read(stream: string, revisions: readonly number[]): Promise<ReadonlyMap<number, RecordedEvent>> {
    const found = new Map<number, RecordedEvent>();
    try {
      this.store ??= this.open();
      for (const { from, limit } of runsOf(revisions)) {
        for (const event of await this.store.readStream(stream, { from, limit }))
          found.set(event.revision, event);
        await nextTurn();
      }
    } catch (error) {
      if (!(error instanceof EventStoreError) || error.code !== 'store-unavailable') throw error;
      throw new ProblemError('store-unavailable', undefined, {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
        cause: error,
      });
    }
    return found;
  }

  async close(): Promise<void> {
    await this.store?.close();
  }
}

/** Neighbouring revisions are read together. */
function runsOf(revisions: readonly number[]): { readonly from: number; readonly limit: number }[] {
  const runs: { from: number; limit: number }[] = [];
  for (const revision of [...revisions].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last && revision === last.from + last.limit && last.limit < MOST_EVENTS_A_READ) last.limit += 1;
    else runs.push({ from: revision, limit: 1 });
  }
  return runs;
}

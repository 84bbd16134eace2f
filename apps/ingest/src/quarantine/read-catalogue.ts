// Reads on in the catalogue from where the index stands. It must never leave a hole, nor trust an index of another log.
import { EventStoreError, type EventStore } from '@libs/event-store';
import { CATALOGUE, readEntry } from './catalogue-events.js';
import type { CatalogueIndex } from './catalogue-index.js';

/** Of one transaction in the main thread. */
const PAGE_EVENTS = 500;

export interface ReadCatalogueOptions {
  /** Since this process began: what the index holds may be of a log that is no more. */
  readonly isFirst: boolean;
  readonly signal: AbortSignal;
}

/** Resolves at the end of the catalogue. Throws `EventStoreError`. */
export async function readCatalogue(
  store: Pick<EventStore, 'readStream'>,
  index: CatalogueIndex,
  { isFirst, signal }: ReadCatalogueOptions,
): Promise<void> {
  for (;;) {
    const { revision, eventId } = index.place();
    // The event it stands at comes first again: it shows whether the index is of this log.
    const from = Math.max(revision, 0);
    const page = await store.readStream(CATALOGUE, { from, limit: PAGE_EVENTS });
    if (signal.aborted) return;
    const [first] = page;
    // Shorter than it was: a node that is behind the others.
    if (first === undefined && !isFirst) return;
    if (revision >= 0 && first?.id !== eventId) {
      index.clear();
      continue;
    }
    const fresh = page.filter((event) => event.revision > revision);
    if (fresh[0] !== undefined && fresh[0].revision !== revision + 1) {
      throw new EventStoreError(
        'store-corrupt',
        `event store: the stream ${CATALOGUE} has lost its event ${revision + 1}`,
      );
    }
    index.apply(fresh.map(readEntry));
    if (page.length < PAGE_EVENTS) return;
  }
}

// Which adapter serves the event store's URL; the one place that chooses, for the app's thread and for the projection's alike.
import type { EventStore } from '@libs/event-store';
import { openSqliteEventStore, waitForEventStore } from '@libs/event-store/sqlite';
import type { ReadModelUrl, StoreUrl } from '@libs/platform';

/** Where both stores live: plain data, so that it crosses to a thread. */
export interface StoreUrls {
  readonly eventStore: StoreUrl;
  readonly readModel: ReadModelUrl;
}

export interface WaitOptions {
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly onWaiting: () => void;
}

/** Positions 1, 2, 3 … make the lag a number of events. */
export interface FollowedStore {
  readonly store: EventStore;
  readonly contiguousPositions: boolean;
}

interface EventStoreAdapter {
  /** The log to follow, as soon as there is one; null when the signal fires first. */
  readonly follow: (url: StoreUrl, options: WaitOptions) => Promise<FollowedStore | null>;
  /** The log to read from now. Throws `EventStoreError` `store-unavailable` while there is none. */
  readonly read: (url: StoreUrl, now: () => number) => EventStore;
}

const EVENT_STORES: Readonly<Record<StoreUrl['kind'], EventStoreAdapter>> = {
  sqlite: {
    follow: async ({ path: file }, options) => {
      const store = await waitForEventStore({ file, ...options });
      return store === null ? null : { store, contiguousPositions: store.contiguousPositions };
    },
    read: ({ path: file }, now) => openSqliteEventStore({ file, now, readOnly: true }),
  },
};

export const eventStoreAdapter = (url: StoreUrl): EventStoreAdapter => EVENT_STORES[url.kind];

// Which adapter serves the event store's URL; the one place that chooses, for the app's thread and for the projection's alike.
import type { EventStore, EventStoreError } from '@libs/event-store';
import { openKurrentDbEventStore, waitForKurrentDb } from '@libs/event-store/kurrentdb';
import { openSqliteEventStore, waitForEventStore } from '@libs/event-store/sqlite';
import type { KurrentDbUrl, ReadModelUrl, SqliteUrl, StoreUrl } from '@libs/platform';

/** Where both stores live: plain data, so that it crosses to a thread. */
export interface StoreUrls {
  readonly eventStore: StoreUrl;
  readonly readModel: ReadModelUrl;
}

export interface WaitOptions {
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** With the reason, where it is a server that is not reached. */
  readonly onWaiting: (reason?: EventStoreError) => void;
  /** Told before a call is repeated or a subscription renewed. */
  readonly onRetry: () => void;
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

const sqlite = ({ path: file }: SqliteUrl): EventStoreAdapter => ({
  follow: async (_url, { now, signal, onWaiting }) => {
    const store = await waitForEventStore({ file, now, signal, onWaiting: () => onWaiting() });
    return store === null ? null : { store, contiguousPositions: store.contiguousPositions };
  },
  read: (_url, now) => openSqliteEventStore({ file, now, readOnly: true }),
});

const kurrentDb = ({ connectionString }: KurrentDbUrl): EventStoreAdapter => ({
  follow: async (_url, { signal, onWaiting, onRetry }) => {
    const store = openKurrentDbEventStore({ connectionString, onRetry });
    try {
      if (await waitForKurrentDb(store, { signal, onWaiting })) return { store, contiguousPositions: false };
    } catch (error) {
      await store.close();
      throw error;
    }
    await store.close();
    return null;
  },
  read: () => openKurrentDbEventStore({ connectionString }),
});

export function eventStoreAdapter(url: StoreUrl): EventStoreAdapter {
  switch (url.kind) {
    case 'sqlite':
      return sqlite(url);
    case 'kurrentdb':
      return kurrentDb(url);
    default:
      throw new Error(`no such event store: ${String(url satisfies never)}`);
  }
}

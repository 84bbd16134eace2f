// The adapter for KurrentDB and EventStoreDB: its client is used in this folder and nowhere else.
export { MAX_APPEND_BYTES } from './append-size.js';
export { DEFAULT_PREFIXES, openKurrentDbEventStore } from './kurrentdb-event-store.js';
export type { KurrentDbEventStore, KurrentDbEventStoreOptions } from './kurrentdb-event-store.js';
export type { OnRetry, Retried } from './retry.js';
export { LOOK_BACK_EVENTS } from './stream-views.js';
export { waitForKurrentDb } from './wait-for-kurrentdb.js';
export type { WaitForKurrentDbOptions } from './wait-for-kurrentdb.js';

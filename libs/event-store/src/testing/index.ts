// The contract suite every adapter must pass, and small helpers for specs. Imported by tests only.
export { describeEventStoreContract } from './event-store-contract.js';
export type { ContractOptions, StoreUnderTest } from './event-store-contract.js';
export { followUntil, readToHead } from './follow-until.js';
export { seededRandom } from './random.js';
export { eventId, itemOf, newEvent, newEvents } from './sample-events.js';
export { scopedEventStore } from './scoped-event-store.js';
export { tempFolders } from './temp-folder.js';

export * from './event-store.js';
export * from './errors.js';
export * from './serialized-json.js';

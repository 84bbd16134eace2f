export * from './arbitrary-feed.js';
export * from './evidence.js';
export * from './payloads.js';

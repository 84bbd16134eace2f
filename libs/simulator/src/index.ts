// A contact centre made from a seed: what its agents did, and the payloads a feed with faults brings of it. Pure, streamed.
export { ndjsonChunks, payloadsOf } from './arrivals.js';
export { NO_FAULTS, type Faults, type FaultCount, type FeedTally } from './faults.js';
export { simulateFeed, type Arrival, type Feed } from './feed.js';
export { SECRET } from './payload-text.js';
export { type SimulationOptions } from './simulation-options.js';
export { trueTimelines, type TrueInterval, type TrueTimeline } from './true-timeline.js';
export { type AgentProfile } from './agent-profile.js';

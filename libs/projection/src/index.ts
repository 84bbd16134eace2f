// The runner that keeps a read model in step with the event store. It knows no agent and no framework.
export {
  CheckpointMismatchError,
  LeaseLostError,
  ModelDamagedError,
  ModelUnavailableError,
  PoisonEventError,
} from './errors.js';
export {
  EVENT_SKIPPED,
  eventSkipped,
  eventSkippedData,
  OPERATIONS_STREAM,
  skippedPosition,
} from './event-skipped.js';
export type { EventSkippedData, SkipRequest } from './event-skipped.js';
export type { ProjectionLease } from './projection-lease.js';
export type { ProjectionBatch, ProjectionModel, Refilled, RefillSource } from './projection-model.js';
export type {
  PoisonEvent,
  ProjectionErrorCode,
  ProjectionState,
  ProjectionStatus,
} from './projection-status.js';
export { retryUnavailable, STOPPED, type RetryOptions } from './retry-unavailable.js';
export { runProjection } from './run-projection.js';
export type { RunProjectionOptions } from './run-projection.js';

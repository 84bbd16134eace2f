// What an event store may throw. Expected outcomes (conflict, duplicate) are values, not errors.

/**
 * `store-unavailable`: may pass, retry with the same ids; the outcome of an append is unknown.
 * `store-corrupt`: what the store says cannot be true (a hole in the positions, a damaged file); stop.
 * `store-closed`: the caller closed it. `store-misuse`: the caller broke the port's contract (a bug).
 * `store-refused`: the server lets us not in, or is no event store; it takes a person to change that.
 */
export type EventStoreErrorCode =
  'store-unavailable' | 'store-corrupt' | 'store-closed' | 'store-misuse' | 'store-refused';

export class EventStoreError extends Error {
  readonly code: EventStoreErrorCode;

  constructor(code: EventStoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EventStoreError';
    this.code = code;
  }
}

// The port behind the queries: whoever answers read requests. In production a pool of threads.
import type { QueryName } from '@libs/read-models';
import type { ReadAnswer, ReadRequest } from './read-request.js';

export interface QueryReader {
  /**
   * Throws `ReaderBusyError` when too many requests wait already, `QueryAbandonedError` when `gone` fires before a reader
   * is free, `QueryTimeoutError` when the answer takes too long.
   */
  ask<Name extends QueryName>(request: ReadRequest<Name>, gone?: AbortSignal): Promise<ReadAnswer>;
  /** Requests that wait for a free reader. */
  waiting(): number;
  /** From now on nothing waits: what does, and what finds no free reader, is refused with `ReaderBusyError`. */
  refuseWaiting(): void;
  /** Lets what has begun finish, within a second; what waits is given up. */
  close(): Promise<void>;
}

export class ReaderBusyError extends Error {
  constructor() {
    super('Too many queries wait for a reader.');
    this.name = 'ReaderBusyError';
  }
}

export class QueryAbandonedError extends Error {
  constructor() {
    super('Whoever asked has gone.');
    this.name = 'QueryAbandonedError';
  }
}

export class QueryTimeoutError extends Error {
  constructor(readonly limitMs: number) {
    super(`The query took longer than ${limitMs / 1_000} s.`);
    this.name = 'QueryTimeoutError';
  }
}

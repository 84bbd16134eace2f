// The port behind the queries: whoever answers read requests. In production a pool of threads.
import type { QueryName } from '@libs/read-models';
import type { ReadAnswer, ReadRequest } from './read-request.js';

export interface QueryReader {
  /** Throws `ReaderBusyError` when too many requests wait already. */
  ask<Name extends QueryName>(request: ReadRequest<Name>): Promise<ReadAnswer>;
  /** Requests that wait for a free reader. */
  waiting(): number;
  /** Lets what has begun finish, within a second; what waits is given up. */
  close(): Promise<void>;
}

export class ReaderBusyError extends Error {
  constructor() {
    super('Too many queries wait for a reader.');
    this.name = 'ReaderBusyError';
  }
}

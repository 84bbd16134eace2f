// Translates what the client and gRPC throw into the port's error codes. A message tells what was being done and what the
// server said; it must never hold credentials, so nothing of the connection string comes near it.
import { convertToCommandError, ErrorType, isCommandError } from '@eventstore/db-client';
import { status } from '@grpc/grpc-js';
import { EventStoreError } from '../errors.js';
import type { EventStoreErrorCode } from '../errors.js';

/** Why a call was given up by us: it had no answer in time. */
export class NoAnswerError extends Error {
  constructor(ms: number) {
    super(`no answer within ${ms} ms`);
    this.name = 'NoAnswerError';
  }
}

/** `doing` completes "cannot …". Throws a bug of ours as it is: it would not pass by being repeated. */
export function toEventStoreError(error: unknown, doing: string): EventStoreError {
  if (error instanceof EventStoreError) return error;
  if (error instanceof TypeError || error instanceof RangeError) throw error;
  const known = error instanceof Error ? convertToCommandError(error) : error;
  const { code, text } = explain(known);
  return new EventStoreError(code, `event store: cannot ${doing}: ${text}`, { cause: error });
}

export function isUnavailable(error: unknown): boolean {
  return error instanceof EventStoreError && error.code === 'store-unavailable';
}

interface Explanation {
  readonly code: EventStoreErrorCode;
  readonly text: string;
}

const REFUSED: Explanation = {
  code: 'store-refused',
  text: 'the server refuses the credentials, or their rights do not reach',
};

const REFUSING: readonly number[] = [status.UNAUTHENTICATED, status.PERMISSION_DENIED];
const NO_SUCH_CALL: number = status.UNIMPLEMENTED;
const BAD_REQUEST: number = status.INVALID_ARGUMENT;

function explain(error: unknown): Explanation {
  const text = error instanceof Error ? error.message : String(error);
  const type = error instanceof Error && isCommandError(error) ? error.type : null;
  if (type === ErrorType.STREAM_DELETED) return { code: 'store-corrupt', text: 'the stream was deleted' };
  if (type === ErrorType.ACCESS_DENIED) return REFUSED;
  const code = codeOf(error);
  if (code === null) return { code: 'store-unavailable', text };
  if (REFUSING.includes(code)) return REFUSED;
  if (code === NO_SUCH_CALL) {
    return { code: 'store-refused', text: `this is no KurrentDB or EventStoreDB server (${text})` };
  }
  if (code === BAD_REQUEST) return { code: 'store-misuse', text };
  // Lost connections, deadlines, elections, a busy server, a name that does not resolve: all of it can pass.
  return { code: 'store-unavailable', text };
}

function codeOf(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'number' ? error.code : null;
}

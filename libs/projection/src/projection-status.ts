// What can be seen of a running projection (P6). Plain values only, so that it crosses threads.
import { EventStoreError } from '@libs/event-store';
import type { EventStoreErrorCode, Position } from '@libs/event-store';
import {
  CheckpointMismatchError,
  ModelDamagedError,
  ModelUnavailableError,
  PoisonEventError,
} from './errors.js';

export type ProjectionState = 'standby' | 'catching-up' | 'live' | 'stopped-at-poison' | 'failed';

export type ProjectionErrorCode =
  | EventStoreErrorCode
  | 'checkpoint-mismatch'
  | 'model-damaged'
  | 'model-unavailable'
  | 'poison-event'
  | 'unexpected';

export interface PoisonEvent {
  readonly position: Position;
  readonly eventId: string;
  /** Name and message of what applying it threw. May quote the event: for operators, not for logs. */
  readonly cause: string;
}

export interface ProjectionStatus {
  readonly state: ProjectionState;
  /** The checkpoint last committed. */
  readonly position: Position | null;
  readonly head: Position | null;
  /** Events between checkpoint and head; null if the store cannot tell or has not been asked yet. */
  readonly lagEvents: number | null;
  /** Age of the oldest event not yet applied; 0 at the head, null before the first look. */
  readonly lagSeconds: number | null;
  readonly poison: PoisonEvent | null;
  /** What stands in the way now; null when nothing does. */
  readonly lastErrorCode: ProjectionErrorCode | null;
  /** Attempts repeated because a database was unavailable, since the start. */
  readonly retries: number;
}

export interface StatusBoard {
  readonly current: ProjectionStatus;
  update(change: Partial<ProjectionStatus>): void;
}

/** `onStatus` is told of every change, and of nothing else. */
export function createStatusBoard(onStatus: (status: ProjectionStatus) => void): StatusBoard {
  let current: ProjectionStatus = {
    state: 'catching-up',
    position: null,
    head: null,
    lagEvents: null,
    lagSeconds: null,
    poison: null,
    lastErrorCode: null,
    retries: 0,
  };
  return {
    get current() {
      return current;
    },
    update: (change) => {
      const next = { ...current, ...change };
      const keys = Object.keys(next) as (keyof ProjectionStatus)[];
      if (keys.every((key) => next[key] === current[key])) return;
      current = next;
      onStatus(current);
    },
  };
}

export function errorCodeOf(error: unknown): ProjectionErrorCode {
  if (error instanceof EventStoreError) return error.code;
  if (error instanceof CheckpointMismatchError) return 'checkpoint-mismatch';
  if (error instanceof ModelUnavailableError) return 'model-unavailable';
  if (error instanceof ModelDamagedError) return 'model-damaged';
  if (error instanceof PoisonEventError) return 'poison-event';
  return 'unexpected';
}

// What the projection's thread tells the app's: plain data, posted whenever something changes.
import type { ProjectionStatus } from '@libs/projection';

export interface ProjectionReport {
  /** The read model's tables are there. */
  readonly opened: boolean;
  /** Why the tables or the log cannot be opened yet; it is tried again and again. Holds no credentials. */
  readonly openProblem: string | null;
  /** There is no log yet (only ingest makes one), or its server is not reached. */
  readonly waitingForEventStore: boolean;
  readonly status: ProjectionStatus;
  /** Events applied since this run began. */
  readonly appliedEvents: number;
  /** Calls of the event store repeated, and subscriptions renewed, since this run began. */
  readonly storeRetries: number;
}

/** How a run of the projection ended. `crashed` may be tried again, `fatal` must not. */
export type ProjectionEnd =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'crashed'; readonly error: Error }
  | { readonly kind: 'fatal'; readonly error: Error };

export interface ProjectionRunOptions {
  readonly signal: AbortSignal;
  readonly onReport: (report: ProjectionReport) => void;
}

/** One run of the projection, until the signal fires or it cannot go on. Never rejects. */
export type StartProjection = (options: ProjectionRunOptions) => Promise<ProjectionEnd>;

export const NO_REPORT: ProjectionReport = {
  opened: false,
  openProblem: null,
  waitingForEventStore: false,
  status: {
    state: 'catching-up',
    position: null,
    head: null,
    lagEvents: null,
    lagSeconds: null,
    poison: null,
    lastErrorCode: null,
    retries: 0,
  },
  appliedEvents: 0,
  storeRetries: 0,
};

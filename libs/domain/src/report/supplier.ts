// Where a report's figures come from: the fold's intervals or a read model. One call answers many agents.
// A supplier never decides what a report means; it only adds up what lies before an instant.
import type { Track } from '../timeline/evidence.js';
import type { AgentFigures } from './sums.js';
import type { Session } from './sessions-of-intervals.js';
import type { Visit } from './visits.js';

export type Awaitable<T> = T | Promise<T>;

/** `cuts` strictly increase, the last is at most E. Agents cut alike share one array object. */
export interface CutRequest {
  readonly agentId: string;
  readonly cuts: readonly number[];
}

export interface FiguresQuery {
  readonly track: Track;
  /** Only these keys; all if absent. */
  readonly keys?: readonly string[];
  readonly requests: readonly CutRequest[];
  readonly effectiveEnd: number;
  readonly asOf: number;
}

export interface VisitsQuery {
  readonly track: Track;
  readonly keys?: readonly string[];
  readonly agentIds: readonly string[];
  readonly from: number;
  readonly effectiveEnd: number;
  /** Throw QueryTooLargeError('visits', limit), or answer at least one more, if there are more in all. */
  readonly limit: number;
}

export interface SessionsQuery {
  readonly agentIds: readonly string[];
  readonly from: number;
  readonly effectiveEnd: number;
}

export interface QualityQuery {
  readonly track: Track;
  readonly requests: readonly CutRequest[];
}

/** Counts of what lies before each cut, and the latest event's `at` before it: one entry a cut. */
export interface QualityFigures {
  /** On the track asked for. */
  readonly gaps: ArrayLike<number>;
  readonly chainBreaks: ArrayLike<number>;
  readonly lateEvents: ArrayLike<number>;
  readonly lastEventAt: ArrayLike<number | null>;
}

/** An agent with nothing to tell may be absent from an answer. */
export interface FiguresSupplier {
  figures(query: FiguresQuery): Awaitable<ReadonlyMap<string, AgentFigures>>;
  /** In timeline order: the intervals with an overlap with or an entry in `[from, E)` that ended by E. */
  visits(query: VisitsQuery): Awaitable<ReadonlyMap<string, readonly Visit[]>>;
}

export interface SessionsSupplier extends FiguresSupplier {
  /** In order, whole: at least the sessions that overlap `[from, E)`, start in it or end in it. */
  sessions(query: SessionsQuery): Awaitable<ReadonlyMap<string, readonly Session[]>>;
}

export interface QualitySupplier extends FiguresSupplier {
  quality(query: QualityQuery): Awaitable<ReadonlyMap<string, QualityFigures>>;
}

// What the composition root chooses: where the projection and the queries run, and on what.
import type { StartProjection } from './project/projection-report.js';
import type { QueryReader } from './queries/query-reader.js';
import type { Clock } from './tokens.js';

export interface ProjectorRuntime {
  readonly startProjection: StartProjection;
  readonly reader: QueryReader;
  readonly now: Clock;
  /** How long a reader waits for `minPosition`. */
  readonly positionWaitMs: number;
  /** The app cannot do its work and must end. */
  readonly onFatal: (error: Error) => void;
}

export const RUNTIME = Symbol('RUNTIME');

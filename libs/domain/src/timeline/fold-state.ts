// The state of one agent's fold: everything the next event needs, and nothing else. Plain JSON, so that a fold can be
// stopped, stored and resumed anywhere between two instants.
import { TRACKS, type Parts, type Team } from './evidence.js';

/** One track. While an interval is open its ordinal is `next - 1`. */
export interface TrackState {
  /** The parts of the last known value after an event; while an interval is open, those of its value. */
  known: Parts | null;
  /** The open interval, or null. `confirmed`: the `at` of the last event that spoke of this track. */
  open: { key: string; start: number; confirmed: number } | null;
  /** The ordinal of the next interval. */
  next: number;
}

export interface FoldState {
  /** Events taken so far. */
  count: number;
  lastAt: number | null;
  /** The chain: the last known `after(updated_at)`. */
  updatedAfter: number | null;
  /** `reopened` differs from `never`: a track that opens then claims and infers nothing. */
  lifecycle: 'never-deleted' | 'deleted' | 'reopened';
  /** In the order of TRACKS. */
  tracks: TrackState[];
  attributes: AttributeState;
}

/** The values of the dated attributes now; absent until first stated. */
export interface AttributeState {
  name?: string;
  email?: string;
  timeZone?: string;
  teams?: readonly Team[];
  deleted?: boolean;
}

export function initialFoldState(): FoldState {
  return {
    count: 0,
    lastAt: null,
    updatedAfter: null,
    lifecycle: 'never-deleted',
    tracks: TRACKS.map(() => ({ known: null, open: null, next: 0 })),
    attributes: {},
  };
}

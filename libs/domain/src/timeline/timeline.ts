// What the fold of an agent's events yields (semantics §5): intervals, gaps, chain breaks and dated attributes.
import type { Team, Track } from './evidence.js';

export type Actor = 'self' | 'other';

/** Half-open `[start, end)`, UTC epoch ms; `end` null means the timeline has not ended it. */
export interface Interval {
  readonly track: Track;
  /** 0, 1, 2 … within agent and track, in timeline order. */
  readonly ordinal: number;
  readonly key: string;
  readonly label: string;
  readonly start: number;
  readonly end: number | null;
  /** Known only from a later event's old values. */
  readonly inferred: boolean;
  /** `[uncertainFrom, end)` is uncertain; null if nothing is. */
  readonly uncertainFrom: number | null;
  readonly startEventId: string;
  readonly endEventId: string | null;
  readonly startedBy: Actor | null;
  readonly endedBy: Actor | null;
}

export interface Gap {
  readonly at: number;
  readonly track: Track;
  readonly expected: string;
  readonly found: string;
  readonly eventId: string;
}

/** A value that holds from `at` on; the first of a list holds before it, too. */
export interface Dated<T> {
  readonly at: number;
  readonly value: T;
}

export interface Timeline {
  readonly intervals: { readonly [T in Track]: readonly Interval[] };
  readonly gaps: readonly Gap[];
  readonly chainBreaks: readonly { readonly at: number; readonly eventId: string }[];
  readonly names: readonly Dated<string>[];
  readonly emails: readonly Dated<string>[];
  readonly timeZones: readonly Dated<string>[];
  readonly teams: readonly Dated<readonly Team[]>[];
  readonly deleted: readonly Dated<boolean>[];
  /** The greatest `at`; null without events. */
  readonly lastEventAt: number | null;
}

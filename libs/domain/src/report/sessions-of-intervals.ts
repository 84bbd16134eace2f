// Sign-in sessions (semantics §6.10): maximal runs of touching `signed-in` intervals of the login track.
// Any other interval ends a run, even one of no length.
import type { Actor, Interval } from '../timeline/timeline.js';
import { SIGNED_IN } from './signed-in.js';

/** Whole, never cut at a window. */
export interface Session {
  readonly start: number;
  /** Null if the timeline has not ended it. */
  readonly end: number | null;
  readonly startedBy: Actor | null;
  readonly endedBy: Actor | null;
  /** Any part of it is uncertain or inferred. */
  readonly uncertain: boolean;
}

/** A session in a window; an open one is measured up to E. */
export interface WindowSession extends Session {
  readonly open: boolean;
  readonly durationMs: number;
  readonly clippedMs: number;
}

/** What a session is made of. */
export type LoginInterval = Pick<
  Interval,
  'key' | 'start' | 'end' | 'inferred' | 'uncertainFrom' | 'startedBy' | 'endedBy'
>;

/** The sessions of login intervals in timeline order. */
export function sessionsOfIntervals(intervals: readonly LoginInterval[]): Session[] {
  const sessions: Session[] = [];
  let run: Session | undefined;
  for (const interval of intervals) {
    if (interval.key !== SIGNED_IN) {
      run = undefined;
      continue;
    }
    const uncertain = interval.inferred || interval.uncertainFrom !== null;
    const { end, endedBy } = interval;
    if (run?.end === interval.start) {
      run = { ...run, end, endedBy, uncertain: run.uncertain || uncertain };
      sessions[sessions.length - 1] = run;
    } else {
      run = { start: interval.start, end, startedBy: interval.startedBy, endedBy, uncertain };
      sessions.push(run);
    }
  }
  return sessions;
}

/** The sessions that overlap `[from, effectiveEnd)`, measured. */
export function sessionsInWindow(
  sessions: readonly Session[],
  from: number,
  effectiveEnd: number,
): WindowSession[] {
  return sessions.flatMap((session) => {
    const clippedMs = overlapMs(session, from, effectiveEnd);
    if (clippedMs <= 0) return [];
    return [
      { ...session, open: session.end === null, durationMs: durationMs(session, effectiveEnd), clippedMs },
    ];
  });
}

/** Full length; an open session runs to E. */
export function durationMs(session: Session, effectiveEnd: number): number {
  return (session.end ?? effectiveEnd) - session.start;
}

/** Not positive without an overlap. */
export function overlapMs(session: Session, from: number, end: number): number {
  return Math.min(session.end ?? end, end) - Math.max(session.start, from);
}

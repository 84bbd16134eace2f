// How long statuses lasted each time (semantics §6.5): full lengths, never cut at a window or a bucket.
// A visit belongs to where its last moment lies: so each counts once, in one bucket and in the teams held then.
import type { Interval } from '../timeline/timeline.js';

/** An interval that has ended. */
export interface Visit {
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

/** In ms; avg rounded half up, percentiles by nearest rank; null without a visit. */
export interface VisitStats {
  readonly count: number;
  readonly avgMs: number | null;
  readonly maxMs: number | null;
  readonly p50Ms: number | null;
  readonly p90Ms: number | null;
}

/** The instant that decides where a visit counts: the last before its end, or its start if it has no length. */
export function visitInstant(visit: { readonly start: number; readonly end: number }): number {
  return visit.end > visit.start ? visit.end - 1 : visit.start;
}

/** The intervals with an overlap with or an entry in `[from, end)` that ended by `end`, in timeline order. */
export function visitsOfIntervals(intervals: readonly Interval[], from: number, end: number): Visit[] {
  const visits: Visit[] = [];
  for (const { key, start, end: ended } of intervals) {
    if (start >= end) break;
    if (ended === null || ended > end) continue;
    const visit = { key, start, end: ended };
    if (visitInstant(visit) >= from) visits.push(visit);
  }
  return visits;
}

/** Sorts `lengths` in place. */
export function visitStats(lengths: number[]): VisitStats {
  const count = lengths.length;
  if (count === 0) return { count, avgMs: null, maxMs: null, p50Ms: null, p90Ms: null };
  lengths.sort((a, b) => a - b);
  return {
    count,
    avgMs: roundedMean(lengths),
    maxMs: lengths[count - 1] ?? 0,
    p50Ms: nearestRank(lengths, 50),
    p90Ms: nearestRank(lengths, 90),
  };
}

function nearestRank(sorted: readonly number[], percent: number): number {
  return sorted[Math.ceil((percent * sorted.length) / 100) - 1] ?? 0;
}

function roundedMean(lengths: readonly number[]): number {
  const count = lengths.length;
  const sum = lengths.reduce((total, length) => total + length, 0);
  // Doubled and compared in integers: a division first would round 2.5 by what a double makes of it.
  if (sum <= Number.MAX_SAFE_INTEGER / 4) {
    const floor = Math.floor(sum / count);
    return floor + ((sum - floor * count) * 2 >= count ? 1 : 0);
  }
  const exact = lengths.reduce((total, length) => total + BigInt(length), 0n);
  return Number((2n * exact + BigInt(count)) / (2n * BigInt(count)));
}

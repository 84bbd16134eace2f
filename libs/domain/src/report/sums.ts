// An agent's cumulative figures at cut instants: what any report is made of, from the fold or from SQL.
// The tally of a piece [p, q) is sums(q) - sums(p), exact in integers; nothing here looks at a single interval twice.
import type { Interval } from '../timeline/timeline.js';

/** Of one key, over everything before an instant t; `entries` are starts < t. */
export interface Sums {
  readonly ms: number;
  readonly entries: number;
  readonly uncertainMs: number;
  readonly inferredMs: number;
}

/** How many numbers of `AgentFigures.sums` make up one Sums: ms, entries, uncertainMs, inferredMs. */
export const SUMS_WIDTH = 4;

/** One agent's figures on one track at the cuts asked for. */
export interface AgentFigures {
  /** At least every key with time or an entry between the first cut and the last; distinct, in any order. */
  readonly keys: readonly string[];
  /**
   * Sums of key k at cut c: SUMS_WIDTH numbers from `(k * cuts.length + c) * SUMS_WIDTH`. Of everything before the cut, or
   * counted from any earlier instant that is the same for all cuts of the key: only differences have a meaning.
   */
  readonly sums: Float64Array;
  /** The last interval that starts before E, if its end is null or > asOf. */
  readonly open: OpenInterval | null;
}

export interface OpenInterval {
  readonly key: string;
  readonly start: number;
}

/** Figures of these keys, all zero: to be filled. */
export function makeFigures(
  keys: readonly string[],
  cutCount: number,
  open: OpenInterval | null,
): AgentFigures {
  return { keys, sums: new Float64Array(keys.length * cutCount * SUMS_WIDTH), open };
}

export function getSums(figures: AgentFigures, cutCount: number, key: number, cut: number): Sums {
  const at = (key * cutCount + cut) * SUMS_WIDTH;
  const { sums } = figures;
  return {
    ms: sums[at] ?? 0,
    entries: sums[at + 1] ?? 0,
    uncertainMs: sums[at + 2] ?? 0,
    inferredMs: sums[at + 3] ?? 0,
  };
}

/**
 * The pure supplier: the figures of one track's intervals (in timeline order) at ascending cuts.
 * `keys`, if given, are the only ones wanted. No interval that starts at or after the last cut is looked at.
 */
export function figuresOfIntervals(
  intervals: readonly Interval[],
  cuts: readonly number[],
  end: number,
  asOf: number,
  only?: readonly string[],
): AgentFigures {
  const lastCut = cuts.at(-1) ?? -Infinity;
  const keys: string[] = [];
  const counted: { readonly interval: Interval; readonly key: number }[] = [];
  let last: Interval | undefined;
  for (const interval of intervals) {
    if (interval.start < end) last = interval;
    if (interval.start >= lastCut || only?.includes(interval.key) === false) continue;
    let key = keys.indexOf(interval.key);
    if (key === -1) key = keys.push(interval.key) - 1;
    counted.push({ interval, key });
  }
  const open = last !== undefined && (last.end === null || last.end > asOf) ? last : null;
  const figures = makeFigures(keys, cuts.length, open && { key: open.key, start: open.start });
  // Intervals are disjoint and ordered: of those begun before a cut all but the last have ended by it.
  const ended = new Float64Array(keys.length * SUMS_WIDTH);
  let begun = 0;
  cuts.forEach((cut, index) => {
    for (;;) {
      const next = counted[begun];
      if (next === undefined || next.interval.start >= cut) break;
      const before = counted[begun - 1];
      if (before !== undefined)
        addBefore(ended, before.key * SUMS_WIDTH, before.interval, next.interval.start);
      begun++;
    }
    for (let key = 0; key < keys.length; key++) {
      const sums = ended.subarray(key * SUMS_WIDTH, (key + 1) * SUMS_WIDTH);
      figures.sums.set(sums, (key * cuts.length + index) * SUMS_WIDTH);
    }
    const current = counted[begun - 1];
    if (current === undefined) return;
    addBefore(figures.sums, (current.key * cuts.length + index) * SUMS_WIDTH, current.interval, cut);
  });
  return figures;
}

/** Adds what lies before t of an interval that has begun by then. */
function addBefore(sums: Float64Array, at: number, interval: Interval, t: number): void {
  const end = interval.end === null ? t : Math.min(interval.end, t);
  const ms = end - interval.start;
  const uncertainMs = interval.uncertainFrom === null ? 0 : Math.max(0, end - interval.uncertainFrom);
  sums[at] = (sums[at] ?? 0) + ms;
  sums[at + 1] = (sums[at + 1] ?? 0) + 1;
  sums[at + 2] = (sums[at + 2] ?? 0) + uncertainMs;
  sums[at + 3] = (sums[at + 3] ?? 0) + (interval.inferred ? ms : 0);
}

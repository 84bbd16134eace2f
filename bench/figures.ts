// Figures from repeated measurements, and a row of two that were measured in turn.
import type { BenchRow } from './benchmark-case.js';

/** Of all runs, in one unit. A given limit has no runs. */
export interface Figure {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
}

/** Throws when there are none. */
export function figureOf(samples: readonly number[]): Figure {
  return {
    median: median(samples),
    min: Math.min(...samples),
    max: Math.max(...samples),
    runs: samples.length,
  };
}

/** A bound that nobody measured. */
export const limitFigure = (limit: number): Figure => ({ median: limit, min: limit, max: limit, runs: 0 });

/** The middle; between the middle two of an even number. Throws when there are none. */
export function median(samples: readonly number[]): number {
  const { length } = samples;
  return (nth(samples, Math.ceil(length / 2)) + nth(samples, Math.floor(length / 2) + 1)) / 2;
}

/** The nearest rank: the smallest sample that at least this share of all does not exceed. Throws when there are none. */
export const percentile = (samples: readonly number[], share: number): number =>
  nth(samples, Math.max(1, Math.ceil(samples.length * share)));

/** From 1, by size. */
function nth(samples: readonly number[], n: number): number {
  const found = samples.toSorted((one, other) => one - other)[n - 1];
  if (found === undefined) throw new Error('nothing was measured');
  return found;
}

export interface Comparison extends Pick<BenchRow, 'case' | 'name' | 'unit' | 'against' | 'note'> {
  /** One sample a run, in the same order on both sides. */
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
  /** How each run's ratio is taken: of rates and of costs `ours/theirs`; `theirs/ours` says how much faster we are. */
  readonly ratio?: 'ours/theirs' | 'theirs/ours';
  readonly target?: { readonly text: string; readonly met: (ratio: number) => boolean };
}

/** Throws unless both sides were measured equally often. */
export function compare(comparison: Comparison): BenchRow {
  const { ours, theirs, ratio: way = 'ours/theirs', target, ...row } = comparison;
  if (ours.length !== theirs.length) throw new Error(`${row.name}: the runs are not in pairs`);
  const ratio = median(
    ours.map((our, run) => {
      const their = theirs[run] ?? NaN;
      return way === 'ours/theirs' ? our / their : their / our;
    }),
  );
  return {
    ...row,
    ours: figureOf(ours),
    theirs: figureOf(theirs),
    ratio,
    target: target === undefined ? null : { text: target.text, met: target.met(ratio) },
  };
}

/** Measures both sides in turn, the other one first every second time, so that a busy moment of the machine hits both. */
export async function inTurn(
  runs: number,
  measureOurs: (run: number) => Promise<number> | number,
  measureTheirs: (run: number) => Promise<number> | number,
): Promise<{ readonly ours: readonly number[]; readonly theirs: readonly number[] }> {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    if (run % 2 === 0) ours.push(await measureOurs(run));
    theirs.push(await measureTheirs(run));
    if (run % 2 === 1) ours.push(await measureOurs(run));
  }
  return { ours, theirs };
}

// What a case of the benchmark is given and what it gives back. A case whose answer is wrong throws: a figure for a wrong
// answer is worth nothing.
import type { Figure } from './figures.js';

export interface BenchmarkCase {
  /** `a`, or `h-postgres` where a letter has several; `--only h` takes all of a letter. */
  readonly id: string;
  readonly title: string;
  readonly run: (context: BenchContext) => Promise<readonly BenchRow[]>;
}

export interface BenchContext {
  /** Smaller sizes and shorter times. */
  readonly quick: boolean;
  /** How often each figure is to be measured. */
  readonly runs: number;
  /** An empty folder on the measured disk; removed after the case. */
  readonly freshDirectory: () => Promise<string>;
  /** What goes on, on stderr. */
  readonly progress: (text: string) => void;
  /** Stands below the table: why a peer was not measured, how large the data was. */
  readonly note: (text: string) => void;
}

export interface BenchRow {
  /** The id of its case. */
  readonly case: string;
  readonly name: string;
  /** Of both figures: `events/s`, `ms`. */
  readonly unit: string;
  readonly ours: Figure;
  /** What `theirs` is the figure of: a peer or a limit. */
  readonly against: string;
  readonly theirs: Figure;
  /** The median of the ratios of each run where both were measured in turn; which way round is the target's to say. */
  readonly ratio: number;
  readonly target: { readonly text: string; readonly met: boolean } | null;
  readonly note?: string;
}

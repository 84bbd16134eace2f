// Which keys have something in stretches of time: an overlap or an entry (semantics §6.8, §6.9).
import { SUMS_WIDTH, type AgentFigures } from './sums.js';
import type { Pieces } from './window.js';

/** The keys with time or entries between the first and the last cut. */
export function presentKeys(figures: AgentFigures | undefined, cutCount: number): string[] {
  if (figures === undefined) return [];
  const { sums } = figures;
  return figures.keys.filter((_, key) => {
    const first = key * cutCount * SUMS_WIDTH;
    const last = first + (cutCount - 1) * SUMS_WIDTH;
    return sums[first] !== sums[last] || sums[first + 1] !== sums[last + 1];
  });
}

/** Whether any key has time or entries in the pieces. */
export function presentIn(figures: AgentFigures | undefined, cutCount: number, { lo, hi }: Pieces): boolean {
  if (figures === undefined) return false;
  const { keys, sums } = figures;
  return keys.some((_, key) =>
    lo.some((from, piece) => {
      const before = (key * cutCount + from) * SUMS_WIDTH;
      const after = (key * cutCount + (hi[piece] ?? from)) * SUMS_WIDTH;
      return sums[before] !== sums[after] || sums[before + 1] !== sums[after + 1];
    }),
  );
}

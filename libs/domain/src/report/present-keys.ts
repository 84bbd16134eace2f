// Which keys have something in a report's window: an overlap or an entry (semantics §6.8, §6.9).
import { SUMS_WIDTH, type AgentFigures } from './sums.js';

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

// Refuses answers that are too large to hold, while they are being counted and before they are built.
import { QueryTooLargeError } from './report-errors.js';

/** Cells (rows x statuses), visits or buckets of one answer, its other pages included. */
export const MAX_CELLS = 1_000_000;
/** Buckets of one window, which `totals` lists whole on the first page: quarters of an hour for almost three years. */
export const MAX_BUCKETS = 100_000;

export interface CellGuard {
  /** Counts a group's rows, one a bucket, times its statuses (not counted: 1). Throws QueryTooLargeError. */
  add(group: string | null, bucketCount: number, statuses: readonly string[]): void;
}

export function makeCellGuard(perStatus: boolean): CellGuard {
  const seen = new Map<string | null, Set<string>>();
  let cells = 0;
  const count = (rows: number): void => {
    cells += rows;
    if (cells > MAX_CELLS) throw new QueryTooLargeError('cells', MAX_CELLS);
  };
  return {
    add(group, bucketCount, statuses) {
      let known = seen.get(group);
      if (known === undefined) {
        seen.set(group, (known = new Set()));
        if (!perStatus || statuses.length === 0) count(bucketCount);
      }
      if (!perStatus) return;
      const before = known.size;
      for (const status of statuses) known.add(status);
      if (known.size > before) count(bucketCount * (known.size - before));
    },
  };
}

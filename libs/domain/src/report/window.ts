// A report's window cut into buckets, as cut instants and the pieces between them (semantics §6.1, §6.7).
// Nothing at or after the effective end is ever cut or counted.
import { bucketEdges, type BucketUnit } from './buckets.js';

export interface ReportWindow {
  readonly from: number;
  readonly to: number;
  /** Nothing after this is counted: now, or an earlier instant asked for. */
  readonly asOf: number;
}

/**
 * Stretches of time, as columns: piece i lies in bucket `bucket[i]` and runs from cut `lo[i]` to cut `hi[i]`.
 * Ascending, disjoint, none empty.
 */
export interface Pieces {
  readonly bucket: readonly number[];
  readonly lo: readonly number[];
  readonly hi: readonly number[];
}

/** The buckets of a window in a zone. One object a zone and report, so that equal grids are the same object. */
export interface Grid {
  readonly zone: string;
  readonly from: number;
  /** E: `max(from, min(to, asOf))`. */
  readonly effectiveEnd: number;
  /** Bucket i is `[edges[i], edges[i + 1])`; its part up to E is counted. */
  readonly edges: readonly number[];
  readonly bucketCount: number;
  /** The edges before E, and E: strictly increasing. */
  readonly cuts: readonly number[];
  /** One piece for each bucket that begins before E. */
  readonly pieces: Pieces;
  /** All of them as one piece in bucket 0; none if E is `from`. */
  readonly whole: Pieces;
}

export function effectiveEnd({ from, to, asOf }: ReportWindow): number {
  return Math.max(from, Math.min(to, asOf));
}

/** One bucket, the whole window, without a unit. Throws QueryTooLargeError over `maxBuckets`. */
export function makeGrid(
  window: ReportWindow,
  unit: BucketUnit | undefined,
  zone: string,
  maxBuckets?: number,
): Grid {
  const end = effectiveEnd(window);
  const edges = unit === undefined ? [window.from, window.to] : bucketEdges(window, unit, zone, maxBuckets);
  const cuts = edges.filter((edge) => edge < end);
  const begun = cuts.map((_, bucket) => bucket);
  const pieces = { bucket: begun, lo: begun, hi: begun.map((bucket) => bucket + 1) };
  const whole = begun.length === 0 ? pieces : { bucket: [0], lo: [0], hi: [begun.length] };
  cuts.push(end);
  return {
    zone,
    from: window.from,
    effectiveEnd: end,
    edges,
    bucketCount: edges.length - 1,
    cuts,
    pieces,
    whole,
  };
}

/** The same pieces, each in the bucket that `map` gives for its own. */
export function remapPieces(pieces: Pieces, map: (bucket: number) => number): Pieces {
  return { bucket: pieces.bucket.map(map), lo: pieces.lo, hi: pieces.hi };
}

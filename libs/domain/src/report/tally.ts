// Sums by bucket and key, as flat columns: what a group of agents did in its pieces of time.
// Adding is exact in integers and in any order; nothing here allocates by cell.
import { SUMS_WIDTH, type AgentFigures } from './sums.js';
import { visitInstant, type Visit } from './visits.js';
import type { Pieces } from './window.js';

const MS = 0;
const ENTRIES = 1;
const UNCERTAIN_MS = 2;
const INFERRED_MS = 3;
const OPEN_MS = 4;
const WIDTH = 5;

/** Grows by a key when figures bring a new one. */
export interface Tally {
  readonly bucketCount: number;
  readonly windowMs: Float64Array;
  keys: readonly string[];
  /** WIDTH numbers a cell, buckets within keys. */
  cells: Float64Array;
  /** Lengths of visits by cell; undefined before the first. */
  lengths: Map<number, number[]> | undefined;
  /** Built when figures with other keys than the tally's own array are added. */
  indexOfKey: Map<string, number> | undefined;
}

export interface Cell {
  readonly ms: number;
  readonly openMs: number;
  readonly uncertainMs: number;
  readonly inferredMs: number;
  readonly entries: number;
}

/** `keys` may be those of the figures to come: then no key is looked up. */
export function makeTally(bucketCount: number, keys: readonly string[] = []): Tally {
  return {
    bucketCount,
    windowMs: new Float64Array(bucketCount),
    keys,
    cells: new Float64Array(bucketCount * keys.length * WIDTH),
    lengths: undefined,
    indexOfKey: undefined,
  };
}

/** Adds an agent's figures over pieces of its cuts. */
export function addFigures(
  tally: Tally,
  figures: AgentFigures | undefined,
  cuts: readonly number[],
  pieces: Pieces,
): void {
  const { windowMs } = tally;
  for (let piece = 0; piece < pieces.bucket.length; piece++) {
    const bucket = pieces.bucket[piece] ?? 0;
    const lo = cuts[pieces.lo[piece] ?? 0] ?? 0;
    const hi = cuts[pieces.hi[piece] ?? 0] ?? 0;
    windowMs[bucket] = (windowMs[bucket] ?? 0) + hi - lo;
  }
  figures?.keys.forEach((key, index) => {
    addKey(tally, keyIndex(tally, figures.keys, key, index), figures, index, cuts, pieces);
  });
}

/** Adds the visits of an agent that lie in the pieces. */
export function addVisits(
  tally: Tally,
  visits: readonly Visit[],
  cuts: readonly number[],
  pieces: Pieces,
): void {
  let piece = 0;
  for (const visit of visits) {
    const t = visitInstant(visit);
    while (piece < pieces.bucket.length && (cuts[pieces.hi[piece] ?? 0] ?? 0) <= t) piece++;
    if (piece === pieces.bucket.length) return;
    if (t < (cuts[pieces.lo[piece] ?? 0] ?? 0)) continue;
    const at = keyIndex(tally, undefined, visit.key, 0) * tally.bucketCount + (pieces.bucket[piece] ?? 0);
    tally.lengths ??= new Map();
    const lengths = tally.lengths.get(at);
    if (lengths === undefined) tally.lengths.set(at, [visit.end - visit.start]);
    else lengths.push(visit.end - visit.start);
  }
}

/** What a key has in a bucket; undefined if it is absent there: no time and no entry. */
export function cellOf(tally: Tally, bucket: number, key: number): Cell | undefined {
  const { cells } = tally;
  const at = (key * tally.bucketCount + bucket) * WIDTH;
  const ms = cells[at + MS] ?? 0;
  const entries = cells[at + ENTRIES] ?? 0;
  if (ms === 0 && entries === 0) return undefined;
  return {
    ms,
    openMs: cells[at + OPEN_MS] ?? 0,
    uncertainMs: cells[at + UNCERTAIN_MS] ?? 0,
    inferredMs: cells[at + INFERRED_MS] ?? 0,
    entries,
  };
}

export function lengthsOf(tally: Tally, bucket: number, key: number): number[] {
  return tally.lengths?.get(key * tally.bucketCount + bucket) ?? [];
}

function addKey(
  tally: Tally,
  target: number,
  figures: AgentFigures,
  key: number,
  cuts: readonly number[],
  pieces: Pieces,
): void {
  const { cells, bucketCount } = tally;
  const { sums } = figures;
  const base = key * cuts.length;
  for (let piece = 0; piece < pieces.bucket.length; piece++) {
    const before = (base + (pieces.lo[piece] ?? 0)) * SUMS_WIDTH;
    const after = (base + (pieces.hi[piece] ?? 0)) * SUMS_WIDTH;
    const at = (target * bucketCount + (pieces.bucket[piece] ?? 0)) * WIDTH;
    for (let slot = 0; slot < SUMS_WIDTH; slot++) {
      const change = (sums[after + slot] ?? 0) - (sums[before + slot] ?? 0);
      if (change !== 0) cells[at + slot] = (cells[at + slot] ?? 0) + change;
    }
  }
  const { open } = figures;
  if (open === null || open.key !== figures.keys[key]) return;
  for (let piece = 0; piece < pieces.bucket.length; piece++) {
    const openMs =
      (cuts[pieces.hi[piece] ?? 0] ?? 0) - Math.max(cuts[pieces.lo[piece] ?? 0] ?? 0, open.start);
    if (openMs <= 0) continue;
    const at = (target * bucketCount + (pieces.bucket[piece] ?? 0)) * WIDTH + OPEN_MS;
    cells[at] = (cells[at] ?? 0) + openMs;
  }
}

function keyIndex(tally: Tally, own: readonly string[] | undefined, key: string, index: number): number {
  if (own === tally.keys) return index;
  tally.indexOfKey ??= new Map(tally.keys.map((name, at) => [name, at]));
  return tally.indexOfKey.get(key) ?? addNewKey(tally, tally.indexOfKey, key);
}

function addNewKey(tally: Tally, indexOfKey: Map<string, number>, key: string): number {
  const index = tally.keys.length;
  tally.keys = [...tally.keys, key];
  indexOfKey.set(key, index);
  const cells = new Float64Array(tally.bucketCount * tally.keys.length * WIDTH);
  cells.set(tally.cells);
  tally.cells = cells;
  return index;
}

// What a report adds up to over all its agents, each agent's time once: in all, and by bucket if there is one.
// Where agents have their own zones, buckets of the same two instants are one.
import type { LoadedAgent, Measure } from './measure.js';
import { AGENT_ZONE, type ReportQuery, type TotalHead } from './report-query.js';
import { remapPieces, type Grid, type Pieces } from './window.js';
import { formatInstant } from './zone-offsets.js';

export interface Totals<Body> {
  readonly total: TotalHead & Body;
  readonly totals?: readonly (TotalHead & Body)[];
}

export interface TotalsCollector<Extra, Body> {
  add(agent: LoadedAgent, extra: Extra): void;
  finish(): Totals<Body>;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

export function collectTotals<Extra, Acc, Body extends object>(
  query: ReportQuery,
  measure: Measure<Extra, Acc, Body>,
  grids: readonly Grid[],
): TotalsCollector<Extra, Body> {
  const total = measure.make(1);
  const buckets = query.bucket === undefined ? undefined : collectBuckets(measure, grids);
  const zone = query.zone === AGENT_ZONE ? null : query.zone;
  const headOf = ({ start, end }: Span): TotalHead => ({
    tz: zone,
    bucketStart: formatInstant(start, zone ?? 'UTC'),
    bucketEnd: formatInstant(end, zone ?? 'UTC'),
  });
  return {
    add(agent, extra) {
      const { grid, union } = agent.plan;
      const whole = union === grid.pieces ? grid.whole : remapPieces(union, () => 0);
      measure.add(total, agent, whole, extra);
      buckets?.add(agent, extra);
    },
    finish() {
      const all = { ...headOf({ start: query.from, end: query.to }), ...measure.body(total, 0) };
      if (buckets === undefined) return { total: all };
      const totals = buckets.spans.flatMap((span, index) =>
        zone === null && !buckets.used(index)
          ? []
          : [{ ...headOf(span), ...measure.body(buckets.acc, index) }],
      );
      return { total: all, totals };
    },
  };
}

function collectBuckets<Extra, Acc, Body extends object>(
  measure: Measure<Extra, Acc, Body>,
  grids: readonly Grid[],
) {
  const spans = mergeSpans(grids);
  const indexOf = new Map(spans.map((span, index) => [keyOf(span), index]));
  const maps = new Map<Grid, readonly number[]>(
    grids.map((grid) => [grid, spansOf(grid).map((span) => indexOf.get(keyOf(span)) ?? 0)]),
  );
  const shared = new Map<Grid, Pieces>();
  const usedGrids = new Set<Grid>();
  let used: Set<number> | undefined;
  const acc = measure.make(spans.length);
  return {
    acc,
    spans,
    used(index: number): boolean {
      used ??= new Set([...usedGrids].flatMap((grid) => maps.get(grid) ?? []));
      return used.has(index);
    },
    add(agent: LoadedAgent, extra: Extra): void {
      const { grid, union } = agent.plan;
      usedGrids.add(grid);
      const remap = (pieces: Pieces): Pieces =>
        remapPieces(pieces, (bucket) => maps.get(grid)?.[bucket] ?? 0);
      let pieces = union === grid.pieces ? shared.get(grid) : remap(union);
      if (pieces === undefined) shared.set(grid, (pieces = remap(union)));
      measure.add(acc, agent, pieces, extra);
    },
  };
}

/** The distinct buckets of all grids, by start, then end. */
function mergeSpans(grids: readonly Grid[]): Span[] {
  const spans = new Map<string, Span>();
  for (const grid of grids) for (const span of spansOf(grid)) spans.set(keyOf(span), span);
  return [...spans.values()].sort((a, b) => a.start - b.start || a.end - b.end);
}

function spansOf(grid: Grid): Span[] {
  return grid.edges.slice(1).map((end, index) => ({ start: grid.edges[index] ?? 0, end }));
}

function keyOf({ start, end }: Span): string {
  return `${start} ${end}`;
}

// How long who was in which status (semantics §6.1 to §6.12): the report that all others are read against.
import type { Track } from '../timeline/evidence.js';
import { categoryOfKey, type Category } from '../timeline/status-identity.js';
import { MAX_CELLS } from './cell-guard.js';
import type { LoadedAgent, Measure } from './measure.js';
import {
  compareText,
  type ReportAgent,
  type ReportLabels,
  type ReportPage,
  type ReportQuery,
} from './report-query.js';
import { runReport } from './run-report.js';
import { loadSignedIn, type SignedIn } from './signed-in.js';
import type { FiguresSupplier } from './supplier.js';
import { addFigures, addVisits, cellOf, lengthsOf, makeTally, type Tally } from './tally.js';
import { loadVisits, type LoadedVisits } from './load-visits.js';
import { visitStats, type VisitStats } from './visits.js';

export interface TimeInStatusQuery extends ReportQuery {
  readonly track: Track;
  readonly visits: boolean;
}

export interface StatusTime {
  readonly key: string;
  /** Null on tracks other than `status`. */
  readonly category: Category | null;
  readonly label: string;
  readonly ms: number;
  readonly openMs: number;
  readonly uncertainMs: number;
  readonly inferredMs: number;
  readonly entries: number;
  /** Null unless asked for. */
  readonly visits: VisitStats | null;
}

/** The ratios are null on tracks other than `status`, which alone has categories, and with a denominator of 0. */
export interface TimeInStatus {
  readonly windowMs: number;
  readonly unknownMs: number;
  readonly signedInMs: number;
  readonly occupancy: number | null;
  readonly utilisation: number | null;
  /** By key, in code units; a status with no time and no entry is absent. */
  readonly statuses: readonly StatusTime[];
}

export type TimeInStatusPage = ReportPage<TimeInStatus>;

export interface StatusExtra {
  readonly signedIn: SignedIn;
  readonly visits: LoadedVisits | null;
}

export interface StatusAcc {
  readonly tally: Tally;
  readonly signedInMs: Float64Array;
}

/** Rejects with QueryTooLargeError over 1 M cells or visits, with RangeError for a query that contradicts itself. */
export function timeInStatus(
  query: TimeInStatusQuery,
  agents: readonly ReportAgent[],
  supplier: FiguresSupplier,
  labels: ReportLabels,
): Promise<TimeInStatusPage> {
  const statusLabels = new Map<string, string>();
  const labelOf = (key: string): string => {
    let label = statusLabels.get(key);
    if (label === undefined) statusLabels.set(key, (label = labels.label(query.track, key)));
    return label;
  };
  return runReport(query, agents, supplier, labels, {
    ...statusTallies(query, supplier),
    track: query.track,
    perStatus: true,
    body: (acc, bucket) => bodyOf(query, acc, bucket, labelOf),
  });
}

/** How figures, visits and signed-in time add up; `keys`: the only ones whose visits are wanted. */
export function statusTallies(
  query: ReportQuery & { readonly track: Track; readonly visits: boolean },
  supplier: FiguresSupplier,
  keys?: readonly string[],
): Pick<Measure<StatusExtra, StatusAcc, object>, 'load' | 'make' | 'add'> {
  let visitsLeft = MAX_CELLS;
  return {
    async load(agents) {
      const signedIn = await loadSignedIn(query, agents, supplier);
      if (!query.visits) return { signedIn, visits: null };
      const visits = await loadVisits(query, agents, supplier, visitsLeft, keys);
      visitsLeft -= visits.count;
      return { signedIn, visits };
    },
    make(bucketCount, own) {
      return {
        tally: makeTally(bucketCount, own?.figures?.keys),
        signedInMs: new Float64Array(bucketCount),
      };
    },
    add(acc, agent: LoadedAgent, pieces, extra) {
      const { agentId } = agent.plan.agent;
      addFigures(acc.tally, agent.figures, agent.plan.cuts, pieces);
      extra.signedIn.add(acc.signedInMs, agent, pieces);
      const visits = extra.visits?.byAgent.get(agentId);
      if (visits !== undefined) addVisits(acc.tally, visits, agent.plan.cuts, pieces);
    },
  };
}

function bodyOf(
  query: TimeInStatusQuery,
  { tally, signedInMs }: StatusAcc,
  bucket: number,
  labelOf: (key: string) => string,
): TimeInStatus {
  const statuses: StatusTime[] = [];
  let known = 0;
  let handling = 0;
  let available = 0;
  tally.keys.forEach((key, index) => {
    const cell = cellOf(tally, bucket, index);
    if (cell === undefined) return;
    const category = query.track === 'status' ? categoryOfKey(key) : null;
    known += cell.ms;
    if (category === 'busy' || category === 'acw') handling += cell.ms;
    if (category === 'available') available += cell.ms;
    // Field by field: copying a cell into tens of thousands of these is a good part of a large answer.
    const { ms, openMs, uncertainMs, inferredMs, entries } = cell;
    statuses.push({
      key,
      category,
      label: labelOf(key),
      ms,
      openMs,
      uncertainMs,
      inferredMs,
      entries,
      visits: query.visits ? visitStats(lengthsOf(tally, bucket, index)) : null,
    });
  });
  statuses.sort((a, b) => compareText(a.key, b.key));
  const windowMs = tally.windowMs[bucket] ?? 0;
  const signedIn = signedInMs[bucket] ?? 0;
  const hasCategories = query.track === 'status';
  return {
    windowMs,
    unknownMs: windowMs - known,
    signedInMs: signedIn,
    occupancy: hasCategories ? ratio(handling, handling + available) : null,
    utilisation: hasCategories ? ratio(handling, signedIn) : null,
    statuses,
  };
}

/** Unrounded; null with a denominator of 0. */
export function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

// After call work (semantics §6.11): the category `acw` of the time in status, and its share of the time signed in.
import { categoryOfKey } from '../timeline/status-identity.js';
import type { ReportAgent, ReportLabels, ReportPage, ReportQuery } from './report-query.js';
import { runReport } from './run-report.js';
import type { FiguresSupplier } from './supplier.js';
import { cellOf, lengthsOf } from './tally.js';
import { ratio, statusTallies, type StatusAcc } from './time-in-status.js';
import { visitStats, type VisitStats } from './visits.js';

export interface AcwQuery extends ReportQuery {
  readonly visits: boolean;
}

export interface Acw {
  readonly acwMs: number;
  readonly openMs: number;
  readonly entries: number;
  /** Null unless asked for. */
  readonly visits: VisitStats | null;
  readonly signedInMs: number;
  /** acwMs / signedInMs; null if nobody was signed in. */
  readonly share: number | null;
}

export type AcwPage = ReportPage<Acw>;

/** Rejects as timeInStatus does. */
export function acwReport(
  query: AcwQuery,
  agents: readonly ReportAgent[],
  supplier: FiguresSupplier,
  labels: ReportLabels,
): Promise<AcwPage> {
  const statusQuery = { ...query, track: 'status' } as const;
  return runReport(query, agents, supplier, labels, {
    ...statusTallies(statusQuery, supplier, ['acw']),
    track: 'status',
    perStatus: false,
    body: (acc, bucket) => bodyOf(query, acc, bucket),
  });
}

function bodyOf(query: AcwQuery, { tally, signedInMs }: StatusAcc, bucket: number): Acw {
  let acwMs = 0;
  let openMs = 0;
  let entries = 0;
  const lengths: number[] = [];
  tally.keys.forEach((key, index) => {
    const cell = categoryOfKey(key) === 'acw' ? cellOf(tally, bucket, index) : undefined;
    if (cell === undefined) return;
    acwMs += cell.ms;
    openMs += cell.openMs;
    entries += cell.entries;
    if (query.visits) for (const length of lengthsOf(tally, bucket, index)) lengths.push(length);
  });
  const signedIn = signedInMs[bucket] ?? 0;
  const visits = query.visits ? visitStats(lengths) : null;
  return { acwMs, openMs, entries, visits, signedInMs: signedIn, share: ratio(acwMs, signedIn) };
}

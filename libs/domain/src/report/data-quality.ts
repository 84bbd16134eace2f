// The data quality report: how far the other reports can be trusted, agent by agent, and whether events still come.
import type { Track } from '../timeline/evidence.js';
import type { ReportAgent, ReportLabels, ReportPage, ReportQuery } from './report-query.js';
import { runReport } from './run-report.js';
import type { QualityFigures, QualitySupplier } from './supplier.js';
import { addFigures, cellOf, makeTally, type Tally } from './tally.js';
import type { Pieces } from './window.js';
import { formatInstant } from './zone-offsets.js';

export interface DataQualityQuery extends ReportQuery {
  readonly track: Track;
}

export interface DataQuality {
  /** On the track asked for. */
  readonly gaps: number;
  readonly chainBreaks: number;
  readonly uncertainMs: number;
  readonly inferredMs: number;
  /** By when they happened, not when they came. */
  readonly lateEvents: number;
  /** The latest event before the end of the row's time, however old, UTC; null if none. */
  readonly lastEventAt: string | null;
}

export interface DataQualityPage extends ReportPage<DataQuality> {
  /** The account's latest event up to asOf, UTC, and how long ago that is at asOf; null without any. */
  readonly lastEventAt: string | null;
  readonly silentMs: number | null;
}

interface Acc {
  readonly tally: Tally;
  readonly gaps: Float64Array;
  readonly chainBreaks: Float64Array;
  readonly lateEvents: Float64Array;
  /** -Infinity: none. */
  readonly lastEventAt: Float64Array;
}

/** `accountLastEventAt`: the account's greatest event time <= asOf, UTC epoch ms. Rejects as timeInStatus does. */
export async function dataQualityReport(
  query: DataQualityQuery,
  agents: readonly ReportAgent[],
  supplier: QualitySupplier,
  labels: ReportLabels,
  accountLastEventAt: number | null,
): Promise<DataQualityPage> {
  const page = await runReport<ReadonlyMap<string, QualityFigures>, Acc, DataQuality>(
    query,
    agents,
    supplier,
    labels,
    {
      track: query.track,
      perStatus: false,
      load(loaded) {
        if (loaded.length === 0) return new Map();
        const requests = loaded.map(({ plan }) => ({ agentId: plan.agent.agentId, cuts: plan.cuts }));
        return supplier.quality({ track: query.track, requests });
      },
      make: (bucketCount, own) => ({
        tally: makeTally(bucketCount, own?.figures?.keys),
        gaps: new Float64Array(bucketCount),
        chainBreaks: new Float64Array(bucketCount),
        lateEvents: new Float64Array(bucketCount),
        lastEventAt: new Float64Array(bucketCount).fill(-Infinity),
      }),
      add(acc, agent, pieces, extra) {
        addFigures(acc.tally, agent.figures, agent.plan.cuts, pieces);
        addQuality(acc, extra.get(agent.plan.agent.agentId), pieces);
      },
      body: bodyOf,
    },
  );
  return {
    ...page,
    lastEventAt: accountLastEventAt === null ? null : formatInstant(accountLastEventAt, 'UTC'),
    silentMs: accountLastEventAt === null ? null : query.asOf - accountLastEventAt,
  };
}

function addQuality(acc: Acc, figures: QualityFigures | undefined, pieces: Pieces): void {
  if (figures === undefined) return;
  for (let piece = 0; piece < pieces.bucket.length; piece++) {
    const bucket = pieces.bucket[piece] ?? 0;
    const lo = pieces.lo[piece] ?? 0;
    const hi = pieces.hi[piece] ?? 0;
    const addBetween = (sums: Float64Array, before: ArrayLike<number>): void => {
      sums[bucket] = (sums[bucket] ?? 0) + (before[hi] ?? 0) - (before[lo] ?? 0);
    };
    addBetween(acc.gaps, figures.gaps);
    addBetween(acc.chainBreaks, figures.chainBreaks);
    addBetween(acc.lateEvents, figures.lateEvents);
    const last = figures.lastEventAt[hi] ?? -Infinity;
    acc.lastEventAt[bucket] = Math.max(acc.lastEventAt[bucket] ?? -Infinity, last);
  }
}

function bodyOf(acc: Acc, bucket: number): DataQuality {
  let uncertainMs = 0;
  let inferredMs = 0;
  acc.tally.keys.forEach((_, key) => {
    const cell = cellOf(acc.tally, bucket, key);
    uncertainMs += cell?.uncertainMs ?? 0;
    inferredMs += cell?.inferredMs ?? 0;
  });
  const last = acc.lastEventAt[bucket] ?? -Infinity;
  return {
    gaps: acc.gaps[bucket] ?? 0,
    chainBreaks: acc.chainBreaks[bucket] ?? 0,
    uncertainMs,
    inferredMs,
    lateEvents: acc.lateEvents[bucket] ?? 0,
    lastEventAt: Number.isFinite(last) ? formatInstant(last, 'UTC') : null,
  };
}

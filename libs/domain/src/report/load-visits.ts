// The visits of many agents, counted against what one answer may hold.
import type { Track } from '../timeline/evidence.js';
import { MAX_CELLS } from './cell-guard.js';
import type { LoadedAgent } from './measure.js';
import { QueryTooLargeError } from './report-errors.js';
import type { ReportQuery } from './report-query.js';
import type { FiguresSupplier } from './supplier.js';
import type { Visit } from './visits.js';
import { effectiveEnd } from './window.js';

export interface LoadedVisits {
  readonly byAgent: ReadonlyMap<string, readonly Visit[]>;
  readonly count: number;
}

/** Throws QueryTooLargeError if there are more than `limit`. */
export async function loadVisits(
  query: ReportQuery & { readonly track: Track },
  agents: readonly LoadedAgent[],
  supplier: FiguresSupplier,
  limit: number,
  keys?: readonly string[],
): Promise<LoadedVisits> {
  if (agents.length === 0) return { byAgent: new Map(), count: 0 };
  const byAgent = await supplier.visits({
    track: query.track,
    ...(keys === undefined ? {} : { keys }),
    agentIds: agents.map(({ plan }) => plan.agent.agentId),
    from: query.from,
    effectiveEnd: effectiveEnd(query),
    limit,
  });
  let count = 0;
  for (const visits of byAgent.values()) count += visits.length;
  if (count > limit) throw new QueryTooLargeError('visits', MAX_CELLS);
  return { byAgent, count };
}

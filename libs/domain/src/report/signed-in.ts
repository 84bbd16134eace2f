// Time signed in, from the login track, over the same pieces as a report's other figures.
import type { LoadedAgent } from './measure.js';
import type { ReportQuery } from './report-query.js';
import { SUMS_WIDTH, type AgentFigures } from './sums.js';
import type { FiguresSupplier } from './supplier.js';
import { effectiveEnd, type Pieces } from './window.js';

export const SIGNED_IN = 'signed-in';

export interface SignedIn {
  /** Adds an agent's ms over the pieces to their buckets. */
  add(ms: Float64Array, agent: LoadedAgent, pieces: Pieces): void;
}

export async function loadSignedIn(
  query: ReportQuery,
  agents: readonly LoadedAgent[],
  supplier: FiguresSupplier,
): Promise<SignedIn> {
  if (agents.length === 0) return { add: () => undefined };
  const figures = await supplier.figures({
    track: 'login',
    keys: [SIGNED_IN],
    requests: agents.map(({ plan }) => ({ agentId: plan.agent.agentId, cuts: plan.cuts })),
    effectiveEnd: effectiveEnd(query),
    asOf: query.asOf,
  });
  return {
    add(ms, agent, pieces) {
      addSignedIn(ms, figures.get(agent.plan.agent.agentId), agent.plan.cuts.length, pieces);
    },
  };
}

export function addSignedIn(
  ms: Float64Array,
  figures: AgentFigures | undefined,
  cutCount: number,
  pieces: Pieces,
): void {
  const key = figures?.keys.indexOf(SIGNED_IN) ?? -1;
  if (figures === undefined || key === -1) return;
  const msBefore = (cut: number): number => figures.sums[(key * cutCount + cut) * SUMS_WIDTH] ?? 0;
  for (let piece = 0; piece < pieces.bucket.length; piece++) {
    const bucket = pieces.bucket[piece] ?? 0;
    ms[bucket] = (ms[bucket] ?? 0) + msBefore(pieces.hi[piece] ?? 0) - msBefore(pieces.lo[piece] ?? 0);
  }
}

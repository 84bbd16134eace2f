// The sessions report (semantics §6.10): how long, how often and from when to when agents were signed in.
// A session counts in every bucket it overlaps; in a total it counts once.
import type { LoadedAgent } from './measure.js';
import type { ReportAgent, ReportLabels, ReportPage, ReportQuery } from './report-query.js';
import { runReport } from './run-report.js';
import { durationMs, overlapMs, type Session } from './sessions-of-intervals.js';
import { addSignedIn } from './signed-in.js';
import type { SessionsSupplier } from './supplier.js';
import { effectiveEnd, type Pieces } from './window.js';
import { formatInstant } from './zone-offsets.js';

export interface Sessions {
  readonly signedInMs: number;
  /** Those that overlap the row's time. */
  readonly sessions: number;
  /** The earliest start and the latest end of a session that lie in the row's time up to E, UTC; null if none. */
  readonly firstSignIn: string | null;
  readonly lastSignOut: string | null;
  /** The greatest full length of those that overlap, an open one up to E; null if none. */
  readonly longestMs: number | null;
}

export type SessionsPage = ReportPage<Sessions>;

interface Acc {
  readonly signedInMs: Float64Array;
  readonly sessions: Float64Array;
  /** Infinity, -Infinity, -1: none. */
  readonly first: Float64Array;
  readonly last: Float64Array;
  readonly longest: Float64Array;
}

/** Rejects as timeInStatus does. Rows are those of agents with any login interval in the window. */
export function sessionsReport(
  query: ReportQuery,
  agents: readonly ReportAgent[],
  supplier: SessionsSupplier,
  labels: ReportLabels,
): Promise<SessionsPage> {
  const end = effectiveEnd(query);
  return runReport<ReadonlyMap<string, readonly Session[]>, Acc, Sessions>(query, agents, supplier, labels, {
    track: 'login',
    perStatus: false,
    load(loaded) {
      if (loaded.length === 0) return new Map();
      const agentIds = loaded.map(({ plan }) => plan.agent.agentId);
      return supplier.sessions({ agentIds, from: query.from, effectiveEnd: end });
    },
    make: (bucketCount) => ({
      signedInMs: new Float64Array(bucketCount),
      sessions: new Float64Array(bucketCount),
      first: new Float64Array(bucketCount).fill(Infinity),
      last: new Float64Array(bucketCount).fill(-Infinity),
      longest: new Float64Array(bucketCount).fill(-1),
    }),
    add(acc, agent, pieces, extra) {
      addSignedIn(acc.signedInMs, agent.figures, agent.plan.cuts.length, pieces);
      addSessions(acc, extra.get(agent.plan.agent.agentId) ?? [], agent, pieces, end);
    },
    body: (acc, bucket) => ({
      signedInMs: acc.signedInMs[bucket] ?? 0,
      sessions: acc.sessions[bucket] ?? 0,
      firstSignIn: instantOrNull(acc.first[bucket]),
      lastSignOut: instantOrNull(acc.last[bucket]),
      longestMs: (acc.longest[bucket] ?? -1) < 0 ? null : (acc.longest[bucket] ?? 0),
    }),
  });
}

function addSessions(
  acc: Acc,
  sessions: readonly Session[],
  agent: LoadedAgent,
  pieces: Pieces,
  end: number,
): void {
  const { cuts } = agent.plan;
  let firstSession = 0;
  // A session that overlaps two pieces of one bucket counts there once.
  const countedIn = new Map<Session, number>();
  for (let piece = 0; piece < pieces.bucket.length; piece++) {
    const bucket = pieces.bucket[piece] ?? 0;
    const from = cuts[pieces.lo[piece] ?? 0] ?? 0;
    const to = cuts[pieces.hi[piece] ?? 0] ?? 0;
    while ((sessions[firstSession]?.end ?? Infinity) < from) firstSession++;
    for (let index = firstSession; index < sessions.length; index++) {
      const session = sessions[index];
      if (session === undefined || session.start >= to) break;
      if (session.start >= from) acc.first[bucket] = Math.min(acc.first[bucket] ?? 0, session.start);
      if (session.end !== null && session.end >= from && session.end < to) {
        acc.last[bucket] = Math.max(acc.last[bucket] ?? 0, session.end);
      }
      if (overlapMs(session, from, to) <= 0) continue;
      acc.longest[bucket] = Math.max(acc.longest[bucket] ?? 0, durationMs(session, end));
      if (countedIn.get(session) === bucket) continue;
      countedIn.set(session, bucket);
      acc.sessions[bucket] = (acc.sessions[bucket] ?? 0) + 1;
    }
  }
}

function instantOrNull(t: number | undefined): string | null {
  return t === undefined || !Number.isFinite(t) ? null : formatInstant(t, 'UTC');
}

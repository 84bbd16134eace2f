// The reference supplier: every figure straight from folded timelines, for tests and small accounts.
// A read model must answer the very same; nothing here is fast.
import type { Track } from '../timeline/evidence.js';
import type { Timeline } from '../timeline/timeline.js';
import { QueryTooLargeError } from './report-errors.js';
import { sessionsOfIntervals, type Session } from './sessions-of-intervals.js';
import { figuresOfIntervals } from './sums.js';
import type { QualityFigures, QualitySupplier, SessionsSupplier } from './supplier.js';
import { visitsOfIntervals, type Visit } from './visits.js';

/** What is told of an agent; `events` are all, in any order. */
export interface SuppliedTimeline {
  readonly timeline: Pick<Timeline, 'intervals' | 'gaps' | 'chainBreaks'>;
  readonly events?: readonly { readonly at: number; readonly late: boolean }[];
}

export function timelineSupplier(
  timelines: ReadonlyMap<string, SuppliedTimeline>,
): SessionsSupplier & QualitySupplier {
  return {
    figures({ track, keys, requests, effectiveEnd, asOf }) {
      return collect(timelines, requests, ({ timeline }, { cuts }) =>
        figuresOfIntervals(timeline.intervals[track], cuts, effectiveEnd, asOf, keys),
      );
    },
    visits({ track, keys, agentIds, from, effectiveEnd, limit }) {
      let left = limit;
      return collect(timelines, requestsOf(agentIds), ({ timeline }): Visit[] => {
        const visits = visitsOfIntervals(timeline.intervals[track], from, effectiveEnd).filter(
          ({ key }) => keys === undefined || keys.includes(key),
        );
        left -= visits.length;
        if (left < 0) throw new QueryTooLargeError('visits', limit);
        return visits;
      });
    },
    sessions({ agentIds, from, effectiveEnd }) {
      return collect(timelines, requestsOf(agentIds), ({ timeline }): Session[] =>
        sessionsOfIntervals(timeline.intervals.login).filter(
          ({ start, end }) => start < effectiveEnd && (end === null || end >= from),
        ),
      );
    },
    quality({ track, requests }) {
      return collect(timelines, requests, (told, { cuts }) => qualityOf(told, track, cuts));
    },
  };
}

function qualityOf(
  { timeline, events = [] }: SuppliedTimeline,
  track: Track,
  cuts: readonly number[],
): QualityFigures {
  const countBefore = (instants: readonly { readonly at: number }[]): number[] =>
    cuts.map((cut) => instants.filter(({ at }) => at < cut).length);
  return {
    gaps: countBefore(timeline.gaps.filter((gap) => gap.track === track)),
    chainBreaks: countBefore(timeline.chainBreaks),
    lateEvents: countBefore(events.filter(({ late }) => late)),
    lastEventAt: cuts.map((cut) =>
      events.reduce<number | null>(
        (last, { at }) => (at < cut && at > (last ?? -Infinity) ? at : last),
        null,
      ),
    ),
  };
}

function requestsOf(agentIds: readonly string[]): { readonly agentId: string }[] {
  return agentIds.map((agentId) => ({ agentId }));
}

function collect<Request extends { readonly agentId: string }, Answer>(
  timelines: ReadonlyMap<string, SuppliedTimeline>,
  requests: readonly Request[],
  answer: (told: SuppliedTimeline, request: Request) => Answer,
): ReadonlyMap<string, Answer> {
  const answers = new Map<string, Answer>();
  for (const request of requests) {
    const told = timelines.get(request.agentId);
    if (told !== undefined) answers.set(request.agentId, answer(told, request));
  }
  return answers;
}

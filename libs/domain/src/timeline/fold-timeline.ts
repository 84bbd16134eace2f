// The pure fold of an agent's whole set of events: the definition that every read model is compared with.
import { TRACKS, type Evidence, type Team } from './evidence.js';
import { foldEvent, type FoldSink } from './fold-event.js';
import { initialFoldState, type FoldState } from './fold-state.js';
import { takeInOrder } from './order.js';
import type { Dated, Gap, Interval, Timeline } from './timeline.js';

/** Folds events into a state and a sink, in the order of §4. Their `at`s must lie after `state.lastAt`. */
export function foldEvents(
  state: FoldState,
  events: readonly Evidence[],
  sink: FoldSink,
  taken: (event: Evidence) => void = () => undefined,
): void {
  const sorted = [...events].sort((x, y) => x.at - y.at);
  for (let from = 0; from < sorted.length;) {
    let to = from + 1;
    while (to < sorted.length && sorted[to]?.at === sorted[from]?.at) to += 1;
    takeInOrder(sorted.slice(from, to), state, (event) => {
      foldEvent(state, event, sink);
      taken(event);
    });
    from = to;
  }
}

/** Evidences in the order of their positions: of one fingerprint the first counts. */
export function foldTimeline(evidences: readonly Evidence[]): Timeline {
  const distinct = new Map<string, Evidence>();
  for (const evidence of evidences) {
    if (!distinct.has(evidence.fingerprint)) distinct.set(evidence.fingerprint, evidence);
  }
  const state = initialFoldState();
  const timeline = new TimelineSink();
  foldEvents(state, [...distinct.values()], timeline);
  return timeline.timeline(state.lastAt);
}

class TimelineSink implements FoldSink {
  private readonly intervals = { status: [], browser: [], mobile: [], channel: [], login: [] } as {
    [T in (typeof TRACKS)[number]]: Interval[];
  };
  private readonly gaps: Gap[] = [];
  private readonly chainBreaks: { at: number; eventId: string }[] = [];
  private readonly dated = {
    name: [] as Dated<string>[],
    email: [] as Dated<string>[],
    timeZone: [] as Dated<string>[],
    teams: [] as Dated<readonly Team[]>[],
    deleted: [] as Dated<boolean>[],
  };

  open(interval: Parameters<FoldSink['open']>[0]): void {
    const opened = { ...interval, end: null, uncertainFrom: null, endEventId: null, endedBy: null };
    this.intervals[interval.track].push(opened);
  }

  close(closed: Parameters<FoldSink['close']>[0]): void {
    const opened = this.intervals[closed.track].at(-1);
    if (opened?.ordinal !== closed.ordinal)
      throw new Error('The fold closed an interval that is not its last.');
    this.intervals[closed.track][closed.ordinal] = { ...opened, ...closed };
  }

  gap(gap: Gap): void {
    this.gaps.push(gap);
  }

  chainBreak(at: number, eventId: string): void {
    this.chainBreaks.push({ at, eventId });
  }

  attribute(name: keyof typeof this.dated, at: number, value: unknown): void {
    (this.dated[name] as Dated<unknown>[]).push({ at, value });
  }

  timeline(lastEventAt: number | null): Timeline {
    const { intervals, gaps, chainBreaks, dated } = this;
    const { name: names, email: emails, timeZone: timeZones, teams, deleted } = dated;
    return { intervals, gaps, chainBreaks, names, emails, timeZones, teams, deleted, lastEventAt };
  }
}

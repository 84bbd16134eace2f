// Timelines written down by hand or drawn at random: whatever the fold could yield, and some it hardly would.
import fc from 'fast-check';
import { TRACKS, type Team, type Track } from '../../timeline/evidence.js';
import type { Dated, Interval } from '../../timeline/timeline.js';
import type { ReportAgent } from '../report-query.js';
import type { SuppliedTimeline } from '../timeline-supplier.js';

const MINUTE = 60_000;

/** An interval with what a test does not care about filled in. */
export function interval(
  key: string,
  start: number,
  end: number | null,
  rest: Partial<Interval> = {},
): Interval {
  return {
    track: 'status',
    ordinal: 0,
    key,
    label: key,
    start,
    end,
    inferred: false,
    uncertainFrom: null,
    startEventId: 'a',
    endEventId: end === null ? null : 'b',
    startedBy: null,
    endedBy: null,
    ...rest,
  };
}

export function timelineOf(
  intervals: Readonly<Partial<Record<Track, readonly Interval[]>>>,
): SuppliedTimeline {
  const all = Object.fromEntries(TRACKS.map((track) => [track, intervals[track] ?? []]));
  return {
    timeline: { intervals: all as Record<Track, readonly Interval[]>, gaps: [], chainBreaks: [] },
  };
}

export interface KnownAgent {
  readonly agent: ReportAgent;
  readonly told: SuppliedTimeline;
}

/** Ascending multiples of five minutes over some days from `start`, with repetitions. */
function instants(start: number, days: number, maxLength: number): fc.Arbitrary<number[]> {
  return fc
    .array(fc.integer({ min: 0, max: days * 288 }), { minLength: 1, maxLength })
    .map((steps) => steps.sort((a, b) => a - b).map((step) => start + step * 5 * MINUTE));
}

/** Disjoint and ordered, some of no length, some apart, the last open or not. */
function intervals(
  track: Track,
  keys: readonly string[],
  start: number,
  days: number,
): fc.Arbitrary<Interval[]> {
  const details = fc.record({
    key: fc.constantFrom(...keys),
    inferred: fc.boolean(),
    doubt: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: null }),
    gone: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
  });
  return fc
    .record({
      at: instants(start, days, 14),
      details: fc.array(details, { minLength: 14, maxLength: 14 }),
      open: fc.boolean(),
    })
    .map(({ at, details, open }) => {
      const drawn: Interval[] = [];
      at.forEach((from, index) => {
        const detail = details[index];
        const to = at[index + 1] ?? (open ? null : from);
        if (detail === undefined || (detail.gone && to !== null)) return;
        const uncertainFrom =
          detail.doubt === null || to === null ? null : from + Math.floor((to - from) * detail.doubt);
        drawn.push(
          interval(detail.key, from, to, {
            track,
            ordinal: drawn.length,
            inferred: detail.inferred,
            uncertainFrom,
          }),
        );
      });
      return drawn;
    });
}

function dated<T>(values: fc.Arbitrary<T>, start: number, days: number): fc.Arbitrary<Dated<T>[]> {
  return fc
    .tuple(instants(start, days, 4), fc.array(values, { minLength: 4, maxLength: 4 }), fc.boolean())
    .map(([at, drawn, none]) =>
      none
        ? []
        : at.flatMap((instant, index) =>
            drawn.slice(index, index + 1).map((value) => ({ at: instant, value })),
          ),
    );
}

const TEAMS: readonly Team[] = [{ id: '7', name: 'Sales' }, { id: '30' }, { id: 'night' }];

/** Some agents with histories over some days from `start`. */
export function knownAgents(start: number, days: number): fc.Arbitrary<KnownAgent[]> {
  const agent = fc.record({
    status: intervals(
      'status',
      ['busy', 'acw', 'available', 'available-back-office', 'offline', 'custom-9'],
      start,
      days,
    ),
    login: intervals('login', ['signed-in', 'signed-out'], start, days),
    teams: dated(fc.subarray([...TEAMS]), start, days),
    timeZones: dated(fc.constantFrom('Berlin', 'Asia/Kathmandu', 'Atlantis', 'Lima'), start, days),
  });
  return fc.array(agent, { minLength: 1, maxLength: 4 }).map((drawn) =>
    drawn.map(({ status, login, teams, timeZones }, index) => ({
      agent: { agentId: String(7 + index * 3), name: `Agent ${index}`, teams, timeZones },
      told: timelineOf({ status, login }),
    })),
  );
}

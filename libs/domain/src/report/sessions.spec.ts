import { describe, expect, it } from '@jest/globals';
import type { Interval } from '../timeline/timeline.js';
import type { ReportQuery } from './report-query.js';
import { sessionsInWindow, sessionsOfIntervals } from './sessions-of-intervals.js';
import { sessionsReport } from './sessions.js';
import { interval, timelineOf } from './testing/make-timeline.js';
import { timelineSupplier } from './timeline-supplier.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MIDNIGHT = Date.parse('2025-06-02T00:00Z');

const on = (start: number, end: number | null, rest: Partial<Interval> = {}): Interval =>
  interval('signed-in', start, end, { track: 'login', ...rest });
const off = (start: number, end: number | null): Interval =>
  interval('signed-out', start, end, { track: 'login' });

describe('sessionsOfIntervals', () => {
  it('joins touching intervals, with the first start and the last end of them', () => {
    const intervals = [
      on(100, 200, { startedBy: 'self', endedBy: 'other', uncertainFrom: 150 }),
      on(200, 300, { startedBy: 'other', endedBy: 'self' }),
    ];
    expect(sessionsOfIntervals(intervals)).toEqual([
      { start: 100, end: 300, startedBy: 'self', endedBy: 'self', uncertain: true },
    ]);
  });

  it('ends a run at any other interval, even one of no length, and at a hole', () => {
    const intervals = [on(100, 200), off(200, 200), on(200, 300), on(310, null, { inferred: true })];
    expect(
      sessionsOfIntervals(intervals).map(({ start, end, uncertain }) => [start, end, uncertain]),
    ).toEqual([
      [100, 200, false],
      [200, 300, false],
      [310, null, true],
    ]);
  });
});

describe('sessionsInWindow', () => {
  it('gives full and clipped lengths of those that overlap; an open one runs to E', () => {
    const sessions = sessionsOfIntervals([
      on(0, 100),
      off(100, 150),
      on(150, 250),
      off(250, 260),
      on(260, null),
    ]);
    expect(
      sessionsInWindow(sessions, 100, 300).map(({ start, open, durationMs, clippedMs }) => [
        ...[start, open, durationMs, clippedMs],
      ]),
    ).toEqual([
      [150, false, 100, 100],
      [260, true, 40, 40],
    ]);
    expect(
      sessionsInWindow(sessions, 200, 220).map((session) => [session.durationMs, session.clippedMs]),
    ).toEqual([[100, 20]]);
  });
});

describe('sessionsReport', () => {
  const told = timelineOf({
    login: [
      off(MIDNIGHT - DAY, MIDNIGHT + 22 * HOUR),
      on(MIDNIGHT + 22 * HOUR, MIDNIGHT + 30 * HOUR),
      off(MIDNIGHT + 30 * HOUR, MIDNIGHT + 32 * HOUR),
      on(MIDNIGHT + 32 * HOUR, MIDNIGHT + 48 * HOUR),
      off(MIDNIGHT + 48 * HOUR, MIDNIGHT + 60 * HOUR),
      on(MIDNIGHT + 60 * HOUR, null),
    ],
  });
  const away = timelineOf({ login: [off(MIDNIGHT - DAY, null)] });
  const query: ReportQuery = {
    from: MIDNIGHT,
    to: MIDNIGHT + 4 * DAY,
    asOf: MIDNIGHT + 3 * DAY,
    zone: 'UTC',
    bucket: '1d',
    groupBy: 'agent',
    page: { after: null, limit: 4, total: true },
  };
  const agent = (agentId: string) => ({ agentId, name: null, timeZones: [], teams: [] });
  const labels = { label: (_: string, key: string) => key, teamName: () => null };
  const supplier = timelineSupplier(new Map([['5', told], ['6', away]])); // prettier-ignore

  it('counts a session in every day it overlaps and once in the total', async () => {
    const page = await sessionsReport(query, [agent('5'), agent('6')], supplier, labels);
    expect(page.rows.map(({ tz: _tz, bucketEnd: _end, name: _name, agentId: _id, ...row }) => row)).toEqual([
      {
        ...{
          bucketStart: '2025-06-02T00:00:00.000Z',
          signedInMs: 2 * HOUR,
          sessions: 1,
          longestMs: 8 * HOUR,
        },
        ...{ firstSignIn: '2025-06-02T22:00:00.000Z', lastSignOut: null },
      },
      {
        ...{
          bucketStart: '2025-06-03T00:00:00.000Z',
          signedInMs: 22 * HOUR,
          sessions: 2,
          longestMs: 16 * HOUR,
        },
        ...{ firstSignIn: '2025-06-03T08:00:00.000Z', lastSignOut: '2025-06-03T06:00:00.000Z' },
      },
      {
        // The sign-out at the very midnight lies in the day that begins with it.
        ...{
          bucketStart: '2025-06-04T00:00:00.000Z',
          signedInMs: 12 * HOUR,
          sessions: 1,
          longestMs: 12 * HOUR,
        },
        ...{ firstSignIn: '2025-06-04T12:00:00.000Z', lastSignOut: '2025-06-04T00:00:00.000Z' },
      },
      {
        ...{ bucketStart: '2025-06-05T00:00:00.000Z', signedInMs: 0, sessions: 0, longestMs: null },
        ...{ firstSignIn: null, lastSignOut: null },
      },
    ]);
    expect(page.next).toEqual({ group: '5', bucketStart: MIDNIGHT + 3 * DAY });
    expect(page.total).toMatchObject({
      ...{ signedInMs: 36 * HOUR, sessions: 3, longestMs: 16 * HOUR },
      ...{ firstSignIn: '2025-06-02T22:00:00.000Z', lastSignOut: '2025-06-04T00:00:00.000Z' },
    });
  });

  it('has a row for an agent who was signed out all the time', async () => {
    const { rows } = await sessionsReport(
      { ...query, agentIds: ['6'] },
      [agent('5'), agent('6')],
      supplier,
      labels,
    );
    expect(rows).toHaveLength(4);
    expect(rows[0]).toMatchObject({ agentId: '6', signedInMs: 0, sessions: 0, longestMs: null });
  });

  it('counts a session once in a bucket that a change of teams cuts in two', async () => {
    const member = {
      ...agent('5'),
      teams: [
        { at: MIDNIGHT, value: [{ id: 'a' }] },
        { at: MIDNIGHT + 25 * HOUR, value: [{ id: 'b' }] },
        { at: MIDNIGHT + 26 * HOUR, value: [{ id: 'a' }] },
      ],
    };
    const page = await sessionsReport(
      { ...query, groupBy: 'team', page: { ...query.page, limit: 100 } },
      [member],
      supplier,
      labels,
    );
    const secondDay = page.rows.filter(({ bucketStart }) => bucketStart.startsWith('2025-06-03'));
    expect(secondDay.map(({ teamId, signedInMs, sessions }) => [teamId, signedInMs, sessions])).toEqual([
      ['a', 21 * HOUR, 2],
      ['b', HOUR, 1],
    ]);
    expect(page.total?.sessions).toBe(3);
  });
});

import { describe, expect, it } from '@jest/globals';
import type { Interval } from '../timeline/timeline.js';
import { QueryTooLargeError } from './report-errors.js';
import type { ReportAgent, ReportLabels } from './report-query.js';
import { interval, timelineOf } from './testing/make-timeline.js';
import { timeInStatus, type TimeInStatusQuery } from './time-in-status.js';
import { timelineSupplier, type SuppliedTimeline } from './timeline-supplier.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const EIGHT = Date.parse('2025-06-02T08:00Z');
const LABELS: ReportLabels = { label: (track, key) => `${track} ${key}`, teamName: (id) => `Team ${id}` };

const QUERY: TimeInStatusQuery = {
  from: EIGHT,
  to: EIGHT + 2 * HOUR,
  asOf: EIGHT + 10 * HOUR,
  zone: 'UTC',
  groupBy: 'agent',
  track: 'status',
  visits: false,
  page: { after: null, limit: 1_000, total: true },
};

function agent(agentId: string, rest: Partial<ReportAgent> = {}): ReportAgent {
  return { agentId, name: null, timeZones: [], teams: [], ...rest };
}

function ask(
  query: Partial<TimeInStatusQuery>,
  agents: Readonly<Record<string, SuppliedTimeline>>,
  known?: ReportAgent[],
) {
  const supplier = timelineSupplier(new Map(Object.entries(agents)));
  return timeInStatus(
    { ...QUERY, ...query },
    known ?? Object.keys(agents).map((id) => agent(id)),
    supplier,
    LABELS,
  );
}

function status(...intervals: Interval[]): SuppliedTimeline {
  return timelineOf({ status: intervals });
}

const login = (start: number, end: number | null): Interval =>
  interval('signed-in', start, end, { track: 'login' });

describe('timeInStatus', () => {
  it('answers in the shape of the interface', async () => {
    const told = timelineOf({
      status: [
        interval('offline', EIGHT - 90 * HOUR, EIGHT + 30 * MINUTE),
        interval('available', EIGHT + 30 * MINUTE, EIGHT + 60 * MINUTE),
        interval('busy', EIGHT + 60 * MINUTE, EIGHT + 70 * MINUTE, { uncertainFrom: EIGHT + 65 * MINUTE }),
      ],
      login: [login(EIGHT + 30 * MINUTE, null)],
    });
    const known = [agent('42', { name: 'Ada' })];
    const page = await ask({ visits: true, zone: 'Europe/Berlin' }, { 42: told }, known);
    const cell = { openMs: 0, uncertainMs: 0, inferredMs: 0 };
    const stats = (ms: number) => ({ count: 1, avgMs: ms, maxMs: ms, p50Ms: ms, p90Ms: ms });
    const figures = {
      windowMs: 2 * HOUR,
      unknownMs: 50 * MINUTE,
      signedInMs: 90 * MINUTE,
      occupancy: 10 / 40,
      utilisation: 10 / 90,
      statuses: [
        {
          ...{ key: 'available', category: 'available', label: 'status available', ms: 30 * MINUTE },
          ...{ ...cell, entries: 1, visits: stats(30 * MINUTE) },
        },
        {
          ...{ key: 'busy', category: 'busy', label: 'status busy', ms: 10 * MINUTE },
          ...{ ...cell, uncertainMs: 5 * MINUTE, entries: 1, visits: stats(10 * MINUTE) },
        },
        {
          // Carried in from days before: counted, not entered, and a visit at its full length.
          ...{ key: 'offline', category: 'offline', label: 'status offline', ms: 30 * MINUTE },
          ...{ ...cell, entries: 0, visits: stats(90 * HOUR + 30 * MINUTE) },
        },
      ],
    };
    const head = {
      tz: 'Europe/Berlin',
      bucketStart: '2025-06-02T10:00:00.000+02:00',
      bucketEnd: '2025-06-02T12:00:00.000+02:00',
    };
    expect(page).toEqual({
      effectiveTo: '2025-06-02T10:00:00.000Z',
      overlapping: false,
      rows: [{ agentId: '42', name: 'Ada', ...head, ...figures }],
      total: { ...head, ...figures },
      next: null,
    });
  });

  it('gives what is open within the total and apart, up to asOf', async () => {
    const open = await ask({ asOf: EIGHT + HOUR }, { 1: status(interval('busy', EIGHT - HOUR, null)) });
    expect(open.rows[0]).toMatchObject({
      windowMs: HOUR,
      statuses: [{ ms: HOUR, openMs: HOUR, entries: 0 }],
    });
    expect(open.effectiveTo).toBe('2025-06-02T09:00:00.000Z');
    // Ended since, but not yet at asOf.
    const later = status(
      interval('busy', EIGHT - HOUR, EIGHT + 90 * MINUTE),
      interval('acw', EIGHT + 90 * MINUTE, null),
    );
    expect((await ask({ asOf: EIGHT + HOUR }, { 1: later })).rows[0]?.statuses).toMatchObject([
      { key: 'busy', ms: HOUR, openMs: HOUR },
    ]);
  });

  it('keeps an entry of no length: present, with 0 ms', async () => {
    const told = status(interval('acw', EIGHT, EIGHT), interval('available', EIGHT, null));
    expect((await ask({ visits: true }, { 1: told })).rows[0]?.statuses[0]).toEqual({
      ...{
        key: 'acw',
        category: 'acw',
        label: 'status acw',
        ms: 0,
        openMs: 0,
        uncertainMs: 0,
        inferredMs: 0,
      },
      ...{ entries: 1, visits: { count: 1, avgMs: 0, maxMs: 0, p50Ms: 0, p90Ms: 0 } },
    });
  });

  it('leaves a bucket wholly after asOf with a windowMs of 0', async () => {
    const page = await ask(
      { bucket: '1h', asOf: EIGHT + HOUR },
      { 1: status(interval('busy', EIGHT, null)) },
    );
    expect(
      page.rows.map(({ windowMs, unknownMs, statuses }) => [windowMs, unknownMs, statuses.length]),
    ).toEqual([
      [HOUR, 0, 1],
      [0, 0, 0],
    ]);
    const before = await ask(
      { asOf: EIGHT - 1, agentIds: ['1'] },
      { 1: status(interval('busy', EIGHT - HOUR, null)) },
    );
    expect(before.rows).toMatchObject([{ windowMs: 0, unknownMs: 0, statuses: [] }]);
    expect(before.effectiveTo).toBe('2025-06-02T08:00:00.000Z');
  });

  it('has rows for agents with anything in the window, and for known agents that are named', async () => {
    const agents = {
      10: status(interval('busy', EIGHT, null)),
      9: status(interval('busy', EIGHT - HOUR, EIGHT)),
      100: status(interval('acw', EIGHT + HOUR, EIGHT + HOUR)),
    };
    expect((await ask({}, agents)).rows.map(({ agentId }) => agentId)).toEqual(['10', '100']);
    const named = await ask({ agentIds: ['9', '10', '404'] }, agents);
    expect(named.rows.map(({ agentId }) => agentId)).toEqual(['9', '10']);
    expect(named.rows[0]).toMatchObject({
      unknownMs: 2 * HOUR,
      statuses: [],
      occupancy: null,
      utilisation: null,
    });
  });

  it('has neither categories nor ratios on other tracks', async () => {
    const told = timelineOf({
      channel: [interval('mobile', EIGHT, null, { track: 'channel' })],
      login: [login(EIGHT, null)],
    });
    expect((await ask({ track: 'channel' }, { 1: told })).rows).toMatchObject([
      {
        ...{ signedInMs: 7_200_000, occupancy: null, utilisation: null },
        statuses: [{ key: 'mobile', category: null, label: 'channel mobile', ms: 2 * HOUR }],
      },
    ]);
  });

  it("buckets each agent by the agent's own zone at E, and totals by the instants", async () => {
    const told = status(interval('busy', EIGHT - 100 * HOUR, null));
    const zones = (...names: string[]) =>
      names.map((value, index) => ({ at: EIGHT - 50 * HOUR + index * 90 * HOUR, value }));
    const known = [
      agent('1', { timeZones: zones('Kathmandu', 'Lima') }),
      agent('2', { timeZones: zones('Nowhere') }),
      agent('3'),
    ];
    const query = {
      zone: 'agent',
      bucket: '1d',
      from: EIGHT - 16 * HOUR,
      to: EIGHT + 16 * HOUR,
      asOf: EIGHT + 30 * HOUR,
    } as const;
    const page = await ask(query, { 1: told, 2: told, 3: told }, known);
    expect(page.rows.map(({ agentId, tz, bucketStart }) => [agentId, tz, bucketStart])).toEqual([
      ['1', 'Asia/Kathmandu', '2025-06-01T21:45:00.000+05:45'],
      ['1', 'Asia/Kathmandu', '2025-06-02T00:00:00.000+05:45'],
      ['1', 'Asia/Kathmandu', '2025-06-03T00:00:00.000+05:45'],
      ['2', 'UTC', '2025-06-01T16:00:00.000Z'],
      ['2', 'UTC', '2025-06-02T00:00:00.000Z'],
      ['3', 'UTC', '2025-06-01T16:00:00.000Z'],
      ['3', 'UTC', '2025-06-02T00:00:00.000Z'],
    ]);
    expect(page.totals?.map(({ tz, bucketStart, windowMs }) => [tz, bucketStart, windowMs])).toEqual([
      [null, '2025-06-01T16:00:00.000Z', 2.25 * HOUR],
      [null, '2025-06-01T16:00:00.000Z', 16 * HOUR],
      [null, '2025-06-01T18:15:00.000Z', 24 * HOUR],
      [null, '2025-06-02T00:00:00.000Z', 48 * HOUR],
      [null, '2025-06-02T18:15:00.000Z', 5.75 * HOUR],
    ]);
    expect(page.total?.windowMs).toBe(96 * HOUR);
    await expect(ask({ zone: 'agent', groupBy: 'account' }, {})).rejects.toThrow(RangeError);
  });

  it('counts a repeated local hour as two buckets told apart by their offset', async () => {
    const from = Date.parse('2025-10-26T00:00Z');
    const query = {
      zone: 'Europe/Berlin',
      bucket: '1h',
      from,
      to: from + 2 * HOUR,
      asOf: from + 9 * HOUR,
    } as const;
    const page = await ask(query, { 1: status(interval('busy', from - HOUR, from + 90 * MINUTE)) });
    expect(page.rows.map(({ bucketStart, statuses }) => [bucketStart, statuses[0]?.ms])).toEqual([
      ['2025-10-26T02:00:00.000+02:00', HOUR],
      ['2025-10-26T02:00:00.000+01:00', 30 * MINUTE],
    ]);
  });

  describe('by team', () => {
    const half = EIGHT + HOUR;
    const moved = agent('1', {
      teams: [
        { at: EIGHT - HOUR, value: [{ id: '20' }, { id: '3' }] },
        { at: half, value: [{ id: '3' }] },
      ],
    });
    const loose = agent('2');
    const told = {
      1: status(
        interval('busy', EIGHT, half),
        interval('acw', half, half),
        interval('available', half, null),
      ),
      2: status(interval('offline', EIGHT, null)),
    };

    it('gives each team the time of its members while they were, and each agent once in the total', async () => {
      const page = await ask({ groupBy: 'team' }, told, [moved, loose]);
      expect(
        page.rows.map(({ teamId, teamName, windowMs, statuses }) => [
          ...[teamId, teamName, windowMs],
          statuses.map(({ key, ms }) => [key, ms]),
        ]),
      ).toEqual([
        ['20', 'Team 20', HOUR, [['busy', HOUR]]],
        ['3', 'Team 3', 2 * HOUR, [['acw', 0], ['available', HOUR], ['busy', HOUR]]], // prettier-ignore
        [null, null, 2 * HOUR, [['offline', 2 * HOUR]]],
      ]);
      expect(page.total?.windowMs).toBe(4 * HOUR);
      expect(page.overlapping).toBe(true);
    });

    it('counts a visit in the teams held just before it ended, one of no length at its start', async () => {
      const { rows } = await ask({ groupBy: 'team', visits: true }, told, [moved, loose]);
      const counts = rows.map(({ statuses }) => statuses.map(({ key, visits }) => [key, visits?.count ?? 0]));
      expect(counts[0]).toEqual([['busy', 1]]);
      expect(counts[1]).toEqual([
        ['acw', 1],
        ['available', 0],
        ['busy', 1],
      ]);
    });

    it('restricts every grouping to the time in the teams named, and overlaps only among those', async () => {
      const only = await ask({ groupBy: 'team', teamIds: ['20'] }, told, [moved, loose]);
      expect(only.rows.map(({ teamId }) => teamId)).toEqual(['20']);
      expect(only.overlapping).toBe(false);
      expect(only.total?.windowMs).toBe(HOUR);
      const byAgent = await ask({ teamIds: ['20'] }, told, [moved, loose]);
      expect(byAgent.rows.map(({ agentId, windowMs, unknownMs }) => [agentId, windowMs, unknownMs])).toEqual([
        ['1', HOUR, 0],
      ]);
      const both = await ask({ groupBy: 'account', teamIds: ['20', '3'] }, told, [moved, loose]);
      expect(both.rows.map(({ windowMs }) => windowMs)).toEqual([2 * HOUR]);
      expect(both.rows[0]).not.toHaveProperty('agentId');
    });
  });

  it('adds up the same however many batches the agents come in', async () => {
    const from = Date.parse('2025-01-01T00:00Z');
    const to = Date.parse('2025-02-01T00:00Z');
    const agents = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [
        String(index + 1),
        status(interval('busy', from + index * MINUTE, null)),
      ]),
    );
    const query = { from, to, asOf: to + HOUR, groupBy: 'account' } as const;
    const hourly = await ask({ ...query, bucket: '1h' }, agents);
    const whole = await ask(query, agents);
    expect(hourly.rows).toHaveLength(744);
    expect(hourly.total).toEqual(whole.total);
    expect(hourly.rows.reduce((sum, row) => sum + (row.statuses[0]?.ms ?? 0), 0)).toBe(
      whole.rows[0]?.statuses[0]?.ms,
    );
  });

  it('refuses an answer of over a million cells, counted over all its pages', async () => {
    const year = {
      from: EIGHT,
      to: EIGHT + 365 * 24 * HOUR,
      asOf: EIGHT + 366 * 24 * HOUR,
      bucket: '15m',
    } as const;
    const busy = status(interval('busy', EIGHT, null));
    const agents = Object.fromEntries(Array.from({ length: 29 }, (_, index) => [String(index + 1), busy]));
    const refused = ask({ ...year, page: { after: null, limit: 1, total: true } }, agents);
    await expect(refused).rejects.toThrow(QueryTooLargeError);
    await expect(refused).rejects.toMatchObject({ code: 'query-too-large', what: 'cells' });
  });

  it('is refused over more buckets than an answer lists, before anything is asked of the supplier', async () => {
    const query = { from: 0, to: 100_001 * 900_000, asOf: EIGHT, bucket: '15m' } as const;
    const refused = ask(query, {});
    await expect(refused).rejects.toMatchObject({ code: 'query-too-large', what: 'buckets' });
  });
});

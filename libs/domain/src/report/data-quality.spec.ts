import { describe, expect, it } from '@jest/globals';
import { dataQualityReport, type DataQualityQuery } from './data-quality.js';
import { interval, timelineOf } from './testing/make-timeline.js';
import { timelineSupplier, type SuppliedTimeline } from './timeline-supplier.js';

const HOUR = 3_600_000;
const QUERY: DataQualityQuery = {
  from: 0,
  to: 3 * HOUR,
  asOf: 2 * HOUR,
  zone: 'UTC',
  bucket: '1h',
  groupBy: 'agent',
  track: 'status',
  page: { after: null, limit: 10, total: true },
};

describe('dataQualityReport', () => {
  const { timeline } = timelineOf({
    status: [
      interval('busy', -HOUR, HOUR, { uncertainFrom: 0 }),
      interval('acw', HOUR, 1.5 * HOUR, { inferred: true }),
      interval('busy', 1.5 * HOUR, null),
    ],
  });
  const gap = (at: number, track: 'status' | 'login') => ({
    at,
    track,
    expected: 'a',
    found: 'b',
    eventId: 'e',
  });
  const told: SuppliedTimeline = {
    timeline: {
      ...timeline,
      gaps: [
        gap(-1, 'status'),
        gap(0, 'status'),
        gap(HOUR, 'status'),
        gap(HOUR, 'login'),
        gap(2 * HOUR, 'status'),
      ],
      chainBreaks: [{ at: HOUR, eventId: 'e' }],
    },
    events: [
      { at: -5, late: false },
      { at: HOUR, late: true },
      { at: 2 * HOUR, late: true },
      { at: HOUR / 2, late: false },
    ],
  };
  const supplier = timelineSupplier(new Map([['1', told]]));
  const agents = [{ agentId: '1', name: null, timeZones: [], teams: [] }];
  const labels = { label: (_: string, key: string) => key, teamName: () => null };

  it('counts by when things happened, up to asOf, on the track asked for', async () => {
    const page = await dataQualityReport(QUERY, agents, supplier, labels, HOUR);
    const rows = page.rows.map(
      ({ tz: _tz, bucketStart: _s, bucketEnd: _e, name: _n, agentId: _id, ...row }) => row,
    );
    expect(rows).toEqual([
      {
        ...{ gaps: 1, chainBreaks: 0, uncertainMs: HOUR, inferredMs: 0, lateEvents: 0 },
        lastEventAt: '1970-01-01T00:30:00.000Z',
      },
      {
        ...{ gaps: 1, chainBreaks: 1, uncertainMs: 0, inferredMs: HOUR / 2, lateEvents: 1 },
        lastEventAt: '1970-01-01T01:00:00.000Z',
      },
      { gaps: 0, chainBreaks: 0, uncertainMs: 0, inferredMs: 0, lateEvents: 0, lastEventAt: null },
    ]);
    expect(page.total).toMatchObject({
      gaps: 2,
      chainBreaks: 1,
      lateEvents: 1,
      lastEventAt: '1970-01-01T01:00:00.000Z',
    });
    expect(page).toMatchObject({ lastEventAt: '1970-01-01T01:00:00.000Z', silentMs: HOUR });
  });

  it('says that nothing ever came', async () => {
    const page = await dataQualityReport(QUERY, [], timelineSupplier(new Map()), labels, null);
    expect(page).toMatchObject({ rows: [], lastEventAt: null, silentMs: null });
  });
});

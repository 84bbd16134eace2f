import { describe, expect, it } from '@jest/globals';
import { acwReport, type AcwQuery } from './acw.js';
import { interval, timelineOf } from './testing/make-timeline.js';
import { timelineSupplier } from './timeline-supplier.js';

const MINUTE = 60_000;
const QUERY: AcwQuery = {
  from: 0,
  to: 120 * MINUTE,
  asOf: 120 * MINUTE,
  zone: 'UTC',
  groupBy: 'agent',
  visits: true,
  page: { after: null, limit: 10, total: true },
};

const NO_VISITS = { count: 0, avgMs: null, maxMs: null, p50Ms: null, p90Ms: null };

describe('acwReport', () => {
  const told = timelineOf({
    status: [
      interval('busy', 0, 30 * MINUTE),
      interval('acw', 30 * MINUTE, 40 * MINUTE),
      interval('busy', 40 * MINUTE, 110 * MINUTE),
      interval('acw', 110 * MINUTE, null),
    ],
    login: [interval('signed-in', -9, 80 * MINUTE, { track: 'login' })],
  });
  const idle = timelineOf({ status: [interval('offline', 0, null)] });
  const agent = (agentId: string) => ({ agentId, name: null, timeZones: [], teams: [] });
  const supplier = timelineSupplier(new Map([['1', told], ['2', idle]])); // prettier-ignore
  const labels = { label: (_: string, key: string) => key, teamName: () => null };

  it('gives after call work, its visits and its share of the time signed in', async () => {
    const { rows, total } = await acwReport(QUERY, [agent('1'), agent('2')], supplier, labels);
    const visit = {
      count: 1,
      avgMs: 10 * MINUTE,
      maxMs: 10 * MINUTE,
      p50Ms: 10 * MINUTE,
      p90Ms: 10 * MINUTE,
    };
    const figures = {
      ...{ acwMs: 20 * MINUTE, openMs: 10 * MINUTE, entries: 2, visits: visit },
      ...{ signedInMs: 80 * MINUTE, share: 0.25 },
    };
    expect(rows).toMatchObject([
      { agentId: '1', ...figures },
      { agentId: '2', acwMs: 0, openMs: 0, entries: 0, visits: NO_VISITS, signedInMs: 0, share: null },
    ]);
    expect(total).toMatchObject(figures);
  });
});

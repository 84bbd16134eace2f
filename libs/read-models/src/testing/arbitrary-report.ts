// What may be asked of a report, over the instants, agents and teams of `arbitraryFeed`.
import fc from 'fast-check';
import { TRACKS } from '@libs/domain';
import { DAY } from '@libs/domain/testing';
import type { ReportParameters } from '../queries/queries.js';

const second = fc.integer({ min: -5, max: 60 }).map((s) => DAY + s * 1000);

export const arbitraryReport: fc.Arbitrary<ReportParameters> = fc
  .record({
    window: fc.tuple(second, second).filter(([from, to]) => from !== to),
    asOf: fc.oneof(second, fc.constant(DAY + 100_000)),
    tz: fc.constantFrom('UTC', 'Asia/Kathmandu', 'Eastern Time (US & Canada)', 'agent'),
    bucket: fc.constantFrom(null, '15m' as const, '1d' as const),
    groupBy: fc.constantFrom('agent' as const, 'team' as const, 'account' as const),
    agentIds: fc.constantFrom([], ['1'], ['1', '2'], ['3']),
    teamIds: fc.constantFrom([], ['t-1'], ['t-1', 't-2'], ['t-9']),
    track: fc.constantFrom(...TRACKS),
    visits: fc.boolean(),
    limit: fc.integer({ min: 1, max: 4 }),
    // Wide enough for so many buckets that a scan of the window is cheaper than look-ups.
    around: fc.constantFrom(0, 0, 3 * 3_600_000),
  })
  .map(({ window, tz, groupBy, limit, around, ...rest }) => {
    const [from, to] = [Math.min(...window) - around, Math.max(...window) + around];
    const zone = tz === 'agent' && groupBy !== 'agent' ? 'UTC' : tz;
    const rows = around === 0 ? limit : 20 * limit;
    return { account: '7', from, to, tz: zone, groupBy, limit: rows, after: null, ...rest };
  });

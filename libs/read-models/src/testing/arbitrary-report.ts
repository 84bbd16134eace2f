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
  })
  .map(({ window, tz, groupBy, ...rest }) => {
    const [from, to] = window[0] < window[1] ? window : [window[1], window[0]];
    const zone = tz === 'agent' && groupBy !== 'agent' ? 'UTC' : tz;
    return { account: '7', from, to, tz: zone, groupBy, after: null, ...rest };
  });

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BUCKET_UNITS } from './buckets.js';
import type { ReportLabels, RowKey } from './report-query.js';
import { knownAgents, type KnownAgent } from './testing/make-timeline.js';
import { naiveRows, naiveTotal } from './testing/naive-report.js';
import { timeInStatus, type TimeInStatusPage, type TimeInStatusQuery } from './time-in-status.js';
import { timelineSupplier } from './timeline-supplier.js';

const HOUR = 3_600_000;
// Six days around the start of daylight saving in Berlin and its end in Lord Howe; agents are told of from day one on.
const START = Date.parse('2025-03-28T00:00Z');
const DAYS = 10;
const LABELS: ReportLabels = { label: (_, key) => `${key}!`, teamName: (id) => `team ${id}` };

const queries: fc.Arbitrary<TimeInStatusQuery> = fc
  .record({
    from: fc.integer({ min: -24, max: DAYS * 24 }),
    hours: fc.integer({ min: 1, max: 150 }),
    shift: fc.constantFrom(0, 0, 1, 299_999),
    asOf: fc.integer({ min: -12, max: 400 }),
    zone: fc.constantFrom('UTC', 'Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'agent'),
    bucket: fc.option(fc.constantFrom(...BUCKET_UNITS.slice(2)), { nil: undefined }),
    groupBy: fc.constantFrom('agent' as const, 'team' as const, 'account' as const),
    teamIds: fc.option(fc.subarray(['7', '30', 'night', 'nobody'], { minLength: 1 }), { nil: undefined }),
    agentIds: fc.option(fc.subarray(['7', '10', '13', '404'], { minLength: 1 }), { nil: undefined }),
    track: fc.constantFrom('status' as const, 'status' as const, 'login' as const),
    visits: fc.boolean(),
  })
  .map(({ from, hours, shift, asOf, groupBy, zone, bucket, teamIds, agentIds, track, visits }) => {
    const start = START + from * HOUR + shift;
    return {
      ...{ from: start, to: start + hours * HOUR, asOf: start + asOf * HOUR, groupBy, track, visits },
      ...(bucket === undefined ? {} : { bucket }),
      ...(teamIds === undefined ? {} : { teamIds }),
      ...(agentIds === undefined ? {} : { agentIds }),
      zone: zone === 'agent' && groupBy !== 'agent' ? 'Europe/Berlin' : zone,
      page: { after: null, limit: 100_000, total: true },
    };
  });

function run(query: TimeInStatusQuery, known: readonly KnownAgent[]): Promise<TimeInStatusPage> {
  // Out of order, so that nothing relies on the order they come in.
  const agents = known.map(({ agent }) => agent).reverse();
  const supplier = timelineSupplier(new Map(known.map(({ agent, told }) => [agent.agentId, told])));
  return timeInStatus(query, agents, supplier, LABELS);
}

describe('timeInStatus', () => {
  it('equals the clipping of every interval at every piece of time', async () => {
    await fc.assert(
      fc.asyncProperty(knownAgents(START, DAYS), queries, async (known, query) => {
        const page = await run(query, known);
        const shown = page.rows.map(({ name: _n, teamName: _t, tz: _z, agentId, teamId, ...row }) => ({
          ...row,
          group: agentId ?? teamId ?? null,
          bucketStart: Date.parse(row.bucketStart),
          bucketEnd: Date.parse(row.bucketEnd),
        }));
        expect(shown).toEqual(
          naiveRows(query, known).map(({ group, start, end, body }) => ({
            ...{ group, bucketStart: start, bucketEnd: end },
            ...body,
          })),
        );
        const { tz: _z, bucketStart: _s, bucketEnd: _e, ...total } = page.total!;
        expect(total).toEqual(naiveTotal(query, known));
      }),
      { numRuns: 600, seed: 1 },
    );
  });

  it('accounts for every millisecond: statuses and unknown make up the window, buckets make up the total', async () => {
    await fc.assert(
      fc.asyncProperty(knownAgents(START, DAYS), queries, async (known, query) => {
        const { rows, total, totals } = await run(query, known);
        for (const row of [...rows, total!, ...(totals ?? [])]) {
          expect(add(row.statuses.map(({ ms }) => ms)) + row.unknownMs).toBe(row.windowMs);
          expect(row.unknownMs).toBeGreaterThanOrEqual(0);
        }
        const parts = [totals, query.groupBy === 'team' ? undefined : rows].filter(
          (all) => all !== undefined,
        );
        for (const all of parts) {
          expect(add(all.map(({ windowMs }) => windowMs))).toBe(total!.windowMs);
          expect(add(all.map(({ signedInMs }) => signedInMs ?? 0))).toBe(total!.signedInMs ?? 0);
          for (const status of total!.statuses) {
            const found = all.flatMap(({ statuses }) => statuses.filter(({ key }) => key === status.key));
            for (const figure of ['ms', 'openMs', 'uncertainMs', 'inferredMs', 'entries'] as const) {
              expect(add(found.map((cell) => cell[figure]))).toBe(status[figure]);
            }
            expect(add(found.map(({ visits }) => visits?.count ?? 0))).toBe(status.visits?.count ?? 0);
          }
        }
      }),
      { numRuns: 200, seed: 2 },
    );
  });

  it('adds up: the report of (a, c) is that of (a, b) and that of (b, c)', async () => {
    await fc.assert(
      fc.asyncProperty(
        knownAgents(START, DAYS),
        queries,
        fc.integer({ min: 1, max: 999 }),
        async (known, query, split) => {
          const agentIds = known.map(({ agent }) => agent.agentId);
          const middle = query.from + Math.floor(((query.to - query.from) * split) / 1000);
          const whole = (await run({ ...query, agentIds }, known)).total!;
          const left = (await run({ ...query, agentIds, to: middle }, known)).total!;
          const right = (await run({ ...query, agentIds, from: middle }, known)).total!;
          for (const figure of ['ms', 'entries', 'uncertainMs', 'inferredMs', 'openMs'] as const) {
            const byKey = (total: typeof whole) =>
              total.statuses.map((cell) => [cell.key, cell[figure]] as const);
            const sums = new Map<string, number>();
            for (const [key, value] of [...byKey(left), ...byKey(right)])
              sums.set(key, (sums.get(key) ?? 0) + value);
            expect([...sums].sort(([a], [b]) => (a < b ? -1 : 1))).toEqual(byKey(whole));
          }
          expect(left.windowMs + right.windowMs).toBe(whole.windowMs);
        },
      ),
      { numRuns: 200, seed: 3 },
    );
  });

  it('gives the same rows in pages of any size, none skipped and none twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        knownAgents(START, DAYS),
        queries,
        fc.integer({ min: 1, max: 9 }),
        async (known, query, limit) => {
          const whole = await run(query, known);
          fc.pre(whole.rows.length <= 60);
          const rows: unknown[] = [];
          let after: RowKey | null = null;
          do {
            const page: TimeInStatusPage = await run(
              { ...query, page: { after, limit, total: false } },
              known,
            );
            expect(page.rows.length).toBeLessThanOrEqual(limit);
            expect(page.total).toBeUndefined();
            rows.push(...page.rows);
            after = page.next;
          } while (after !== null);
          expect(rows).toEqual(whole.rows);
          expect(whole.next).toBeNull();
        },
      ),
      { numRuns: 150, seed: 4 },
    );
  });
});

function add(numbers: readonly number[]): number {
  return numbers.reduce((sum, n) => sum + n, 0);
}

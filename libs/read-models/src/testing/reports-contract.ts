// Reports from prefix sums against the same reports straight from the pure fold: equal to the last millisecond.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  acwReport,
  dataQualityReport,
  effectiveEnd,
  resolveTimeZone,
  sessionsReport,
  timeInStatus,
  timelineSupplier,
  type DecodedUpdate,
  type Dated,
  type ReportAgent,
  type ReportLabels,
  type ReportPage,
  type ReportQuery,
  type RowKey,
} from '@libs/domain';
import { arbitraryFeed } from '@libs/domain/testing';
import type { Sql } from '../sql.js';
import type { QueryReply, ReportParameters } from '../queries/queries.js';
import { runQuery } from '../queries/run-query.js';
import { openReadModelWriter } from '../writer/read-model-writer.js';
import { arbitraryReport } from './arbitrary-report.js';
import type { SuiteDatabase } from './describe-dialects.js';
import { labelsOf } from './pure-labels.js';
import { pureModel } from './pure-model.js';
import { inBatches, recorded } from './recorded.js';
import { takeOver } from './take-over.js';

const SEED = 20_240_103;
export function describeReports(database: SuiteDatabase): void {
  describe('a report from the read model', () => {
    const open: { sql: Sql; updates: readonly DecodedUpdate[] }[] = [];
    const feeds = fc.sample(arbitraryFeed, { seed: SEED, numRuns: 12 });

    beforeAll(async () => {
      for (const updates of feeds) {
        const sql = await database.open();
        const model = await takeOver(await openReadModelWriter(sql));
        for (const batch of inBatches(recorded(updates), [7, 20])) await model.apply(batch);
        open.push({ sql, updates });
      }
    });
    afterAll(async () => {
      for (const { sql } of open) await sql.close();
    });

    const reports = {
      'time-in-status': (pure: Pure, { track, visits }: ReportParameters) =>
        timeInStatus({ ...pure.query, track, visits }, pure.agents, pure.supplier, pure.labels),
      acw: (pure: Pure, { visits }: ReportParameters) =>
        acwReport({ ...pure.query, visits }, pure.agents, pure.supplier, pure.labels),
      'sessions-report': (pure: Pure) => sessionsReport(pure.query, pure.agents, pure.supplier, pure.labels),
      'data-quality': (pure: Pure, { track, asOf }: ReportParameters) =>
        dataQualityReport(
          { ...pure.query, track },
          pure.agents,
          pure.supplier,
          pure.labels,
          pure.lastEventAt(asOf),
        ),
    };

    it.each(Object.keys(reports) as (keyof typeof reports)[])(
      'equals the pure one, page by page: %s',
      async (name) => {
        await fc.assert(
          fc.asyncProperty(fc.constantFrom(...open), arbitraryReport, async ({ sql, updates }, asked) => {
            let after: string | null = null;
            do {
              const { body, next }: QueryReply = await runQuery(sql, name, { ...asked, after });
              const page = await reports[name](pureOf(updates, { ...asked, after }), asked);
              const { rows, total, totals, overlapping, next: expectedNext }: ReportPage<unknown> = page;
              expect(body).toMatchObject({ rows, overlapping, asOfPosition: String(updates.length) });
              expect([body.total, body.totals]).toEqual([total, totals]);
              expect(next === null ? null : JSON.parse(next)).toEqual(expectedNext);
              after = next;
            } while (after !== null);
          }),
          { seed: SEED, numRuns: database.runs(250, 'reads'), endOnFailure: true },
        );
      },
    );
  });
}

interface Pure {
  readonly query: ReportQuery;
  readonly agents: readonly ReportAgent[];
  readonly supplier: ReturnType<typeof timelineSupplier>;
  readonly labels: ReportLabels;
  readonly lastEventAt: (asOf: number) => number | null;
}

function pureOf(updates: readonly DecodedUpdate[], asked: ReportParameters): Pure {
  const { from, to, asOf, tz, bucket, groupBy, agentIds, teamIds, limit, after } = asked;
  const agents = pureModel(updates);
  const zone = tz === 'agent' ? tz : (resolveTimeZone(tz) ?? 'UTC');
  return {
    query: {
      ...{ from, to, asOf, zone, groupBy },
      ...(bucket === null ? {} : { bucket }),
      ...(agentIds.length === 0 ? {} : { agentIds }),
      ...(teamIds.length === 0 ? {} : { teamIds }),
      page: { after: after === null ? null : (JSON.parse(after) as RowKey), limit, total: after === null },
    },
    agents: [...agents.values()].map(({ agentId, timeline: { names, timeZones, teams } }) => {
      return { agentId, name: nameAt(names, effectiveEnd({ from, to, asOf })), timeZones, teams };
    }),
    supplier: timelineSupplier(agents),
    labels: labelsOf(updates),
    lastEventAt: (until) => {
      const seen = [...agents.values()].flatMap(({ events }) =>
        events.map(({ at }) => at).filter((at) => at <= until),
      );
      return seen.length === 0 ? null : Math.max(...seen);
    },
  };
}

function nameAt(names: readonly Dated<string>[], t: number): string | null {
  return (names.filter(({ at }) => at <= t).at(-1) ?? names[0])?.value ?? null;
}

// The four reports over the read model: domain's definitions, fed from prefix sums.
import {
  acwReport,
  dataQualityReport,
  QueryTooLargeError,
  resolveTimeZone,
  sessionsReport,
  timeInStatus,
  type QualitySupplier,
  type ReportAgent,
  type ReportLabels,
  type ReportPage,
  type ReportQuery,
  type RowKey,
  type SessionsSupplier,
} from '@libs/domain';
import { z } from 'zod';
import type { Sql } from '../sql.js';
import { demandAccount, effectiveEnd, instant, resumed } from './find-agent.js';
import { loadLabels, loadNames } from './known-values.js';
import { QueryError, type QueryReply, type ReportParameters } from './queries.js';
import { loadReportAgents } from './supplier/report-agents.js';
import { sqlFigures } from './supplier/sql-figures.js';
import { sqlQuality } from './supplier/sql-quality.js';
import { sqlSessions } from './supplier/sql-sessions.js';
import { sqlVisits } from './supplier/sql-visits.js';

const zRowKey: z.ZodType<RowKey> = z.strictObject({ group: z.string().nullable(), bucketStart: z.int() });

type Supplier = SessionsSupplier & QualitySupplier;

interface Prepared {
  readonly query: ReportQuery;
  readonly agents: readonly ReportAgent[];
  readonly supplier: Supplier;
  readonly labels: ReportLabels;
}

export function timeInStatusQuery(sql: Sql, parameters: ReportParameters): Promise<QueryReply> {
  const { track, visits } = parameters;
  return report(sql, parameters, ({ query, agents, supplier, labels }) =>
    timeInStatus({ ...query, track, visits }, agents, supplier, labels),
  );
}

export function acwQuery(sql: Sql, parameters: ReportParameters): Promise<QueryReply> {
  const { visits } = parameters;
  return report(sql, parameters, ({ query, agents, supplier, labels }) =>
    acwReport({ ...query, visits }, agents, supplier, labels),
  );
}

export function sessionsReportQuery(sql: Sql, parameters: ReportParameters): Promise<QueryReply> {
  return report(sql, parameters, ({ query, agents, supplier, labels }) =>
    sessionsReport(query, agents, supplier, labels),
  );
}

export function dataQualityQuery(sql: Sql, parameters: ReportParameters): Promise<QueryReply> {
  const { account, track, asOf } = parameters;
  return report(sql, parameters, async ({ query, agents, supplier, labels }) => {
    const last = await lastEventAt(sql, account, asOf);
    return dataQualityReport({ ...query, track }, agents, supplier, labels, last);
  });
}

async function report<Body>(
  sql: Sql,
  parameters: ReportParameters,
  run: (prepared: Prepared) => Promise<ReportPage<Body>>,
): Promise<QueryReply> {
  await demandAccount(sql, parameters.account);
  const { from, to, asOf, tz, bucket, track } = parameters;
  try {
    const { next, effectiveTo, ...answer } = await run(await prepare(sql, parameters));
    const window = { from: instant(from), to: instant(to), effectiveTo, tz, bucket };
    return {
      body: { window, track, asOf: instant(asOf), ...answer },
      next: next === null ? null : JSON.stringify(next),
    };
  } catch (error) {
    if (error instanceof QueryTooLargeError) throw new QueryError('query-too-large', error.message);
    throw error;
  }
}

async function prepare(sql: Sql, parameters: ReportParameters): Promise<Prepared> {
  const { account, from, to, asOf, tz, bucket, groupBy, agentIds, teamIds, track, limit, after } = parameters;
  const zone = tz === 'agent' ? tz : resolveTimeZone(tz);
  if (zone === undefined) throw new QueryError('invalid-parameters', 'The time zone is not known.', 'tz');
  const { agents, numbers } = await loadReportAgents(sql, parameters, effectiveEnd(from, to, asOf));
  const query: ReportQuery = {
    ...{ from, to, asOf, zone, groupBy },
    ...(bucket === null ? {} : { bucket }),
    ...(agentIds.length === 0 ? {} : { agentIds }),
    ...(teamIds.length === 0 ? {} : { teamIds }),
    page: { after: resumed(after, zRowKey) ?? null, limit, total: after === null },
  };
  const supplier: Supplier = {
    figures: (asked) => sqlFigures(sql, numbers, asked),
    visits: (asked) => sqlVisits(sql, numbers, asked),
    sessions: (asked) => sqlSessions(sql, numbers, asked),
    quality: (asked) => sqlQuality(sql, numbers, asked),
  };
  return { query, agents, supplier, labels: await reportLabels(sql, account, track) };
}

async function reportLabels(sql: Sql, account: string, track: string): Promise<ReportLabels> {
  const label = await loadLabels(sql, account, track);
  const names = await loadNames(sql, account, 'team');
  return { label: (_, key) => label(key), teamName: (teamId) => names.get(teamId) ?? null };
}

async function lastEventAt(sql: Sql, account: string, asOf: number): Promise<number | null> {
  const [row] = await sql.all<{ at: number | null }>(
    `SELECT max((SELECT max(at) FROM evidence WHERE evidence.agent = agent.agent AND at <= ?)) AS at
     FROM agent WHERE account = ?`,
    [asOf, account],
  );
  return row?.at ?? null;
}

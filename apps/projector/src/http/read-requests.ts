// From a route's parameters to the request that a reader answers: one function a kind of route. `now`: UTC epoch ms.
import type { Track } from '@libs/domain';
import { ZodPipe } from '@libs/platform';
import type { AgentWindowParameters, ListParameters } from '@libs/read-models';
import type { z } from 'zod';
import type { AskedRead } from '../queries/read-request.js';
import {
  eventsQuery,
  listQuery,
  oneQuery,
  sessionsQuery,
  statusesQuery,
  timelineQuery,
  type agentPath,
  type sessionsReportQuery,
} from './query-schemas.js';
import { readQuery, type RawQuery, type WholeQuery } from './read-query.js';

export type AgentPath = z.output<typeof agentPath>;
type ReportName = 'time-in-status' | 'acw' | 'sessions-report' | 'data-quality';
type ReportValues = z.output<typeof sessionsReportQuery> & {
  readonly track?: Track;
  readonly visits?: boolean;
};

interface ReportRoute<Name extends ReportName> {
  readonly name: Name;
  readonly schema: z.ZodType<ReportValues>;
  /** The report's own, where it cannot be chosen. */
  readonly track: Track;
}

export function readReport<Name extends ReportName>(
  route: ReportRoute<Name>,
  account: string,
  raw: RawQuery,
  now: number,
): AskedRead<Name>;
export function readReport(
  { name, schema, track }: ReportRoute<ReportName>,
  account: string,
  raw: RawQuery,
  now: number,
): AskedRead {
  const whole = readQuery(schema, { name, account, agentId: null }, raw, now);
  const { values, asOf, after, pages, minPosition } = whole;
  const { from, to, tz, bucket = null, groupBy, agentId: agentIds, teamId: teamIds, limit } = values;
  const parameters = {
    ...{ account, from, to, asOf, tz, bucket, groupBy, agentIds, teamIds, limit, after },
    track: values.track ?? track,
    visits: values.visits ?? false,
  };
  return { request: { name, parameters, pages }, minPosition };
}

export function readList<Name extends 'agents' | 'teams' | 'live'>(
  name: Name,
  account: string,
  raw: RawQuery,
  now: number,
): AskedRead<Name>;
export function readList(
  name: 'agents' | 'teams' | 'live',
  account: string,
  raw: RawQuery,
  now: number,
): AskedRead {
  const whole = readQuery(listQuery, { name, account, agentId: null }, raw, now);
  return {
    request: { name, parameters: listOf(account, whole), pages: whole.pages },
    minPosition: whole.minPosition,
  };
}

export function readStatuses(account: string, raw: RawQuery, now: number): AskedRead<'statuses'> {
  const name = 'statuses';
  const whole = readQuery(statusesQuery, { name, account, agentId: null }, raw, now);
  const parameters = { ...listOf(account, whole), track: whole.values.track };
  return { request: { name, parameters, pages: whole.pages }, minPosition: whole.minPosition };
}

export function readAgent(
  { accountId: account, agentId }: AgentPath,
  raw: RawQuery,
  now: number,
): AskedRead<'agent'> {
  const { minPosition = null } = new ZodPipe(oneQuery).transform(raw);
  return {
    request: { name: 'agent', parameters: { account, agentId, asOf: now }, pages: null },
    minPosition,
  };
}

export function readTimeline(path: AgentPath, raw: RawQuery, now: number): AskedRead<'timeline'> {
  const name = 'timeline';
  const whole = readQuery(timelineQuery, routeOf(name, path), raw, now);
  const parameters = { ...agentWindowOf(path, whole), track: whole.values.track ?? null };
  return { request: { name, parameters, pages: whole.pages }, minPosition: whole.minPosition };
}

export function readSessions(path: AgentPath, raw: RawQuery, now: number): AskedRead<'sessions'> {
  const name = 'sessions';
  const whole = readQuery(sessionsQuery, routeOf(name, path), raw, now);
  return {
    request: { name, parameters: agentWindowOf(path, whole), pages: whole.pages },
    minPosition: whole.minPosition,
  };
}

export function readEvents(path: AgentPath, raw: RawQuery, now: number): AskedRead<'event-places'> {
  const name = 'event-places';
  const whole = readQuery(eventsQuery, routeOf(name, path), raw, now);
  return {
    request: { name, parameters: agentWindowOf(path, whole), pages: whole.pages },
    minPosition: whole.minPosition,
  };
}

const routeOf = <Name extends 'timeline' | 'sessions' | 'event-places'>(name: Name, path: AgentPath) => ({
  name,
  account: path.accountId,
  agentId: path.agentId,
});

const listOf = (
  account: string,
  { values, asOf, after }: WholeQuery<{ readonly limit: number }>,
): ListParameters => ({ account, asOf, limit: values.limit, after });

const agentWindowOf = (
  { accountId: account, agentId }: AgentPath,
  { values, asOf, after }: WholeQuery<{ readonly from: number; readonly to: number; readonly limit: number }>,
): AgentWindowParameters => ({
  account,
  agentId,
  from: values.from,
  to: values.to,
  asOf,
  limit: values.limit,
  after,
});

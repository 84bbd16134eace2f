// The reports that a simulated week is asked for, and what makes a running projector's answer equal to the pure one.
import { expect } from '@jest/globals';
import type { AskedReport, PureReports } from '../pure-reports.js';
import { DAY, HOUR } from '../simulator/agent-week.js';
import { askAllPages } from './ask-projector.js';

export interface AskedAccount {
  readonly projector: string;
  readonly accountId: number;
  /** Where the account's last event lies in the log. */
  readonly lastPosition: string;
  /** Nobody else writes to this log. */
  readonly isAlone: boolean;
}

const PAGE = 75;

const iso = (at: number): string => new Date(at).toISOString();

/** Each with a title of its own. `from`: a Monday, UTC epoch ms. */
export function weekReports(from: number): (readonly [title: string, asked: AskedReport])[] {
  const to = from + 7 * DAY;
  const week = { from, to, asOf: to + 2 * HOUR, zone: 'UTC', groupBy: 'agent' } as const;
  const asked: AskedReport[] = [
    { ...week, report: 'time-in-status' },
    { ...week, report: 'time-in-status', bucket: '1d', zone: 'America/New_York' },
    { ...week, report: 'time-in-status', bucket: '1d', zone: 'Asia/Kathmandu' },
    { ...week, report: 'time-in-status', bucket: '1d', zone: 'agent' },
    { ...week, report: 'time-in-status', bucket: '1d', zone: 'Europe/Berlin', groupBy: 'team' },
    { ...week, report: 'time-in-status', groupBy: 'team', asOf: from + 4 * DAY + 34_567_891 },
    { ...week, report: 'time-in-status', bucket: '1h', groupBy: 'account' },
    { ...week, report: 'acw', bucket: '1d' },
    { ...week, report: 'sessions', bucket: '1d', zone: 'America/New_York' },
    { ...week, report: 'data-quality', bucket: '1d' },
  ];
  return asked.map((query) => {
    const { report, groupBy, bucket = 'whole', zone } = query;
    return [`${report} by ${groupBy}, ${bucket}, ${zone}`, query] as const;
  });
}

export async function expectPureReport(
  query: AskedReport,
  pure: PureReports,
  { projector, accountId, lastPosition, isAlone }: AskedAccount,
): Promise<void> {
  const { effectiveTo, next, ...expected } = await pure(query);
  const { report, from, to, asOf, zone, bucket, groupBy } = query;
  const reply = await askAllPages(
    projector,
    `/v1/accounts/${accountId}/reports/${report}`,
    {
      ...{ from: iso(from), to: iso(to), asOf: iso(asOf), tz: zone, groupBy, limit: String(PAGE) },
      ...(bucket === undefined ? {} : { bucket }),
      ...(report === 'time-in-status' || report === 'acw' ? { visits: 'true' } : {}),
      minPosition: lastPosition,
    },
    'rows',
  );
  expect(next).toBeNull();
  expect(expected.rows.length).toBeGreaterThan(0);
  expect(reply.rows).toEqual(JSON.parse(JSON.stringify(expected.rows)));
  expect(reply).toMatchObject(expected);
  expect(reply.window).toMatchObject({ from: iso(from), to: iso(to), effectiveTo });
  expect(reply.pages).toBe(Math.ceil(expected.rows.length / PAGE));
  const position = BigInt(String(reply.asOfPosition));
  if (isAlone) expect(position).toBe(BigInt(lastPosition));
  else expect(position).toBeGreaterThanOrEqual(BigInt(lastPosition));
}

// The reports as the domain defines them, straight from the folded timelines: what the running apps must answer.
import {
  acwReport,
  dataQualityReport,
  sessionsReport,
  timeInStatus,
  timelineSupplier,
  type BucketUnit,
  type DecodedUpdate,
  type GroupBy,
  type ReportAgent,
  type ReportPage,
  type ReportQuery,
} from '@libs/domain';
import { labelsOf, pureModel } from '@libs/read-models/testing';

export type ReportName = 'time-in-status' | 'acw' | 'sessions' | 'data-quality';

export interface AskedReport {
  readonly report: ReportName;
  /** UTC epoch ms. */
  readonly from: number;
  readonly to: number;
  readonly asOf: number;
  readonly zone: string;
  readonly groupBy: GroupBy;
  readonly bucket?: BucketUnit;
}

export type PureReports = (asked: AskedReport) => Promise<ReportPage<unknown>>;

/** `updates` in the order of their positions. All rows come as one page; visits are told. */
export function pureReports(updates: readonly DecodedUpdate[]): PureReports {
  const model = pureModel(updates);
  const agents = [...model.values()].map(({ agentId, timeline }): ReportAgent => {
    const { names, timeZones, teams } = timeline;
    // The simulated agents keep their names.
    return { agentId, name: names[0]?.value ?? null, timeZones, teams };
  });
  const supplier = timelineSupplier(model);
  const labels = labelsOf(updates);
  const ats = updates.map(({ data }) => data.at);
  return ({ report, ...asked }) => {
    const query: ReportQuery = { ...asked, page: { after: null, limit: 100_000, total: true } };
    switch (report) {
      case 'time-in-status':
        return timeInStatus({ ...query, track: 'status', visits: true }, agents, supplier, labels);
      case 'acw':
        return acwReport({ ...query, visits: true }, agents, supplier, labels);
      case 'sessions':
        return sessionsReport(query, agents, supplier, labels);
      case 'data-quality': {
        const last = ats.filter((at) => at <= asked.asOf).reduce((one, other) => Math.max(one, other), -1);
        const lastEventAt = last === -1 ? null : last;
        return dataQualityReport({ ...query, track: 'status' }, agents, supplier, labels, lastEventAt);
      }
      default:
        throw new Error(`no such report: ${String(report satisfies never)}`);
    }
  };
}

// Some agents' true intervals, kept to tell what the reports of them must be: the domain's own, straight from the intervals.
import {
  fixedLabelOf,
  resolveTimeZone,
  timeInStatus,
  timelineSupplier,
  type ReportAgent,
  type SuppliedTimeline,
} from '@libs/domain';
import type { TrueTimeline } from '@libs/simulator';
import { deepStrictEqual } from 'node:assert/strict';
import { SeededRandom } from '../../libs/simulator/src/seeded-random.js';
import type { AskedTimes, RunningReports } from './running-reports.js';
import { DAY, YEAR_FROM, YEAR_TO } from './simulated-year.js';

const AGENTS = 12;
const QUESTIONS = 8;
const ZONES = ['UTC', 'Europe/Berlin', 'Asia/Kathmandu'] as const;

export class PureSample {
  private readonly agents: ReportAgent[] = [];
  private readonly timelines = new Map<string, SuppliedTimeline>();
  private readonly labels = new Map<string, { readonly at: number; readonly label: string }>();
  private seen = 0;

  /** Of `agents` in all. */
  constructor(private readonly of: number) {}

  add({ agent, intervals, teams }: TrueTimeline): void {
    for (const { key, label, start: at } of intervals.status) {
      if (at > (this.labels.get(key)?.at ?? -Infinity)) this.labels.set(key, { at, label });
    }
    this.seen += 1;
    if (this.seen % Math.max(1, Math.floor(this.of / AGENTS)) !== 0) return;
    const agentId = String(agent.agentId);
    const at = teams[0]?.at ?? YEAR_FROM;
    const zones = [{ at, value: agent.timeZone }];
    this.agents.push({ agentId, name: agent.name, timeZones: zones, teams });
    const named = <T extends object>(list: readonly T[]) =>
      list.map((interval) => ({ ...interval, startEventId: '', endEventId: null }));
    const { status, browser, mobile, channel, login } = intervals;
    const tracks = {
      ...{ status: named(status), browser: named(browser), mobile: named(mobile) },
      ...{ channel: named(channel), login: named(login) },
    };
    this.timelines.set(agentId, { timeline: { intervals: tracks, gaps: [], chainBreaks: [] } });
  }

  /** Random windows, zones and buckets. Throws where an answer is not the domain's. */
  async check(reports: RunningReports): Promise<void> {
    const random = new SeededRandom(7, this.of);
    for (let question = 0; question < QUESTIONS; question += 1) {
      const from = random.between(YEAR_FROM, YEAR_TO - 2 * DAY);
      const buckets = ([{}, { bucket: '15m' }, { bucket: '1d' }] as const)[question % 3] ?? {};
      const longest = 'bucket' in buckets && buckets.bucket === '15m' ? from + 2 * DAY : YEAR_TO;
      const to = random.between(from + 1, longest);
      await this.checkOne(reports, { from, to, tz: random.pick(ZONES), ...buckets });
    }
    await this.checkOne(reports, { from: YEAR_FROM, to: YEAR_TO });
  }

  private async checkOne(reports: RunningReports, asked: AskedTimes): Promise<void> {
    const agentIds = this.agents.map(({ agentId }) => Number(agentId));
    const { body } = await reports.ask({ ...asked, agentIds });
    const { from, to, bucket, tz = 'UTC' } = asked;
    const query = {
      ...({
        from,
        to,
        asOf: to,
        zone: resolveTimeZone(tz) ?? 'UTC',
        track: 'status',
        visits: false,
      } as const),
      ...(bucket === undefined ? {} : { bucket }),
      ...({ groupBy: 'agent', agentIds: agentIds.map(String) } as const),
      page: { after: null, limit: 10_000, total: true },
    };
    const pure = await timeInStatus(query, this.agents, timelineSupplier(this.timelines), {
      label: (_, key) => fixedLabelOf(key) ?? this.labels.get(key)?.label ?? key,
      teamName: () => null,
    });
    const found = JSON.parse(body.toString()) as Record<string, unknown>;
    const expected = JSON.parse(JSON.stringify(pure)) as Record<string, unknown>;
    for (const part of ['rows', 'total', 'totals', 'overlapping']) {
      deepStrictEqual(found[part], expected[part], `${part} of the report of ${JSON.stringify(asked)}`);
    }
  }
}

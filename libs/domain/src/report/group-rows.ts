// The rows of a report by team or for the whole account: sums over agents, each with every bucket of the window.
import type { LoadedAgent, Measure } from './measure.js';
import { presentIn } from './present-keys.js';
import {
  compareTeamIds,
  type ReportLabels,
  type ReportQuery,
  type RowHead,
  type RowKey,
} from './report-query.js';
import { bucketHead, bucketStart, type RowCollector } from './row-head.js';
import type { Grid } from './window.js';

/** A team counts the agents with an overlap or an entry in their time there, and those named. */
export function collectGroupRows<Extra, Acc, Body extends object>(
  query: ReportQuery,
  measure: Measure<Extra, Acc, Body>,
  labels: ReportLabels,
  grid: Grid,
): RowCollector<LoadedAgent, Extra, Body> {
  const accs = new Map<string | null, Acc>();
  let overlapping = false;
  return {
    firstAgent: () => 0,
    missing: () => Infinity,
    full: () => false,
    add(loaded, extra) {
      const { byTeam, union } = loaded.plan;
      if (loaded.plan.overlapping) overlapping = true;
      for (const [group, pieces] of byTeam ?? [[null, union] as const]) {
        const counts =
          query.agentIds !== undefined || presentIn(loaded.figures, loaded.plan.cuts.length, pieces);
        if (byTeam && !counts) continue;
        let acc = accs.get(group);
        if (acc === undefined) accs.set(group, (acc = measure.make(grid.bucketCount)));
        measure.add(acc, loaded, pieces, extra);
      }
    },
    finish() {
      const { after, limit } = query.page;
      const page: (RowHead & Body)[] = [];
      let last: RowKey | null = null;
      for (const [group, acc] of [...accs].sort(([a], [b]) => compareTeamIds(a, b))) {
        const order = after === null ? 1 : compareTeamIds(group, after.group);
        if (order < 0) continue;
        for (let bucket = 0; bucket < grid.bucketCount; bucket++) {
          const start = bucketStart(grid, bucket);
          if (order === 0 && after !== null && start <= after.bucketStart) continue;
          if (page.length === limit) return { page, next: last, overlapping };
          last = { group, bucketStart: start };
          page.push({
            ...groupHead(query, labels, group),
            ...bucketHead(grid, bucket),
            ...measure.body(acc, bucket),
          });
        }
      }
      return { page, next: null, overlapping };
    },
  };
}

function groupHead(query: ReportQuery, labels: ReportLabels, group: string | null): Partial<RowHead> {
  if (query.groupBy === 'account') return {};
  return { teamId: group, teamName: group === null ? null : labels.teamName(group) };
}

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
import type { Grid, Pieces } from './window.js';

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
      const counted = countedGroups(query, loaded);
      overlapping ||= counted.length > 1 && haveCommonTime(counted.map(([, pieces]) => pieces));
      for (const [group, pieces] of counted) {
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

/** Where an agent counts: the account, or each team in which it had an overlap or an entry, or any if it was named. */
function countedGroups(query: ReportQuery, { plan, figures }: LoadedAgent): [string | null, Pieces][] {
  if (!plan.byTeam) return [[null, plan.union]];
  return [...plan.byTeam].filter(
    ([, pieces]) => query.agentIds !== undefined || presentIn(figures, plan.cuts.length, pieces),
  );
}

/** Whether any two of the groups share a moment; the pieces of one are disjoint. */
function haveCommonTime(groups: readonly Pieces[]): boolean {
  const ranges = groups.flatMap(({ lo, hi }) => lo.map((from, piece) => [from, hi[piece] ?? from] as const));
  ranges.sort((a, b) => a[0] - b[0]);
  return ranges.some(([from], index) => from < (ranges[index - 1]?.[1] ?? from));
}

// The rows of a report by agent: agents by number, each with every bucket of its own zone.
import type { LoadedAgent, Measure } from './measure.js';
import { compareAgentIds, type ReportQuery, type RowHead, type RowKey } from './report-query.js';
import { bucketHead, bucketStart, type RowCollector } from './row-head.js';

/** Agents must be added in order. */
export function collectAgentRows<Extra, Acc, Body extends object>(
  query: ReportQuery,
  measure: Measure<Extra, Acc, Body>,
): RowCollector<LoadedAgent, Extra, Body> {
  const { after, limit } = query.page;
  const rows: (RowHead & Body)[] = [];
  let last: RowKey | null = null;
  let more = false;
  return {
    firstAgent(agents) {
      const group = after?.group;
      if (group === null || group === undefined) return 0;
      const index = agents.findIndex(({ agentId }) => compareAgentIds(agentId, group) >= 0);
      return index === -1 ? agents.length : index;
    },
    // One over: whether there is a next page is known only from its first row.
    missing: () => limit + 1 - rows.length,
    full: () => more,
    add(loaded, extra) {
      if (more) return;
      const { agent, grid, union } = loaded.plan;
      const order = after === null ? 1 : compareAgentIds(agent.agentId, after.group ?? '');
      if (order < 0) return;
      const acc = measure.make(grid.bucketCount, loaded);
      measure.add(acc, loaded, union, extra);
      for (let bucket = 0; bucket < grid.bucketCount; bucket++) {
        const start = bucketStart(grid, bucket);
        if (order === 0 && after !== null && start <= after.bucketStart) continue;
        if (rows.length === limit) {
          more = true;
          return;
        }
        last = { group: agent.agentId, bucketStart: start };
        rows.push({
          agentId: agent.agentId,
          name: agent.name,
          ...bucketHead(grid, bucket),
          ...measure.body(acc, bucket),
        });
      }
    },
    finish: () => ({ page: rows, next: more ? last : null, overlapping: false }),
  };
}

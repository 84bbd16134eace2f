// One run for every report: agents in order, in batches of bounded size, added up into rows and totals.
// Only the rows of the page asked for are ever built, whatever the size of the answer.
import { makeGrids, planAgent, zoneOf, type AgentPlan } from './agent-plan.js';
import { collectAgentRows } from './agent-rows.js';
import { makeCellGuard, MAX_BUCKETS } from './cell-guard.js';
import { collectGroupRows } from './group-rows.js';
import type { LoadedAgent, Measure } from './measure.js';
import { presentIn, presentKeys } from './present-keys.js';
import {
  AGENT_ZONE,
  compareAgentIds,
  type GroupBy,
  type ReportAgent,
  type ReportLabels,
  type ReportPage,
  type ReportQuery,
} from './report-query.js';
import type { FiguresSupplier } from './supplier.js';
import { collectTotals } from './totals.js';
import { effectiveEnd } from './window.js';
import { formatInstant } from './zone-offsets.js';

/** Cuts asked of the supplier at once, over all agents of a batch: some tens of megabytes of figures. */
const BATCH_CUTS = 200_000;
/** Agents without a row cost a look-up each: ask for some more than the page has room for. */
const SPARE_AGENTS = 32;

/** Throws QueryTooLargeError, and RangeError for a query that contradicts itself. */
export async function runReport<Extra, Acc, Body extends object>(
  query: ReportQuery,
  agents: readonly ReportAgent[],
  supplier: FiguresSupplier,
  labels: ReportLabels,
  measure: Measure<Extra, Acc, Body>,
): Promise<ReportPage<Body>> {
  checkQuery(query);
  const end = effectiveEnd(query);
  const gridOf = makeGrids(query, MAX_BUCKETS);
  const wanted = wantedAgents(query, agents);
  const zones = query.zone === AGENT_ZONE ? wanted.map((agent) => zoneOf(agent, end)) : [query.zone];
  const grids = [...new Set(zones)].map(gridOf);
  const guard = makeCellGuard(measure.perStatus);
  const rows =
    query.groupBy === 'agent'
      ? collectAgentRows(query, measure)
      : collectGroupRows(query, measure, labels, gridOf(query.zone));
  const totals = query.page.total ? collectTotals(query, measure, grids) : undefined;
  const bucketCount = grids.reduce((most, grid) => Math.max(most, grid.bucketCount), 1);

  let next = totals === undefined ? rows.firstAgent(wanted) : 0;
  while (next < wanted.length && !(totals === undefined && rows.full())) {
    const room = Math.max(1, Math.floor(BATCH_CUTS / (bucketCount + 1)));
    const needed =
      totals === undefined ? Math.ceil(rows.missing() / bucketCount) + SPARE_AGENTS : wanted.length;
    const batch = wanted.slice(next, next + Math.min(room, needed));
    next += batch.length;
    const plans = batch.map((agent) => planAgent(query, agent, gridOf));
    const figures = await supplier.figures({
      track: measure.track,
      requests: plans.map(({ agent, cuts }) => ({ agentId: agent.agentId, cuts })),
      effectiveEnd: end,
      asOf: query.asOf,
    });
    const selected: LoadedAgent[] = [];
    for (const plan of plans) {
      const own = figures.get(plan.agent.agentId);
      const present = presentKeys(own, plan.cuts.length);
      const counts =
        present.length > 0 && (query.teamIds === undefined || presentIn(own, plan.cuts.length, plan.union));
      if (!counts && query.agentIds === undefined) continue;
      selected.push({ plan, figures: own });
      for (const group of groupsOf(query.groupBy, plan)) guard.add(group, plan.grid.bucketCount, present);
    }
    const extra = await measure.load(selected);
    for (const agent of selected) {
      rows.add(agent, extra);
      totals?.add(agent, extra);
    }
  }
  const { page, next: nextKey, overlapping } = rows.finish();
  return {
    effectiveTo: formatInstant(end, 'UTC'),
    overlapping,
    rows: page,
    ...totals?.finish(),
    next: nextKey,
  };
}

function groupsOf(groupBy: GroupBy, plan: AgentPlan): Iterable<string | null> {
  switch (groupBy) {
    case 'agent':
      return [plan.agent.agentId];
    case 'team':
      return plan.byTeam?.keys() ?? [];
    case 'account':
      return [null];
    default:
      return unknownGrouping(groupBy);
  }
}

function unknownGrouping(groupBy: never): never {
  throw new Error(`no such grouping: ${String(groupBy)}`);
}

function checkQuery(query: ReportQuery): void {
  if (!(query.from < query.to)) throw new RangeError('a report window must not be empty');
  if (query.zone === AGENT_ZONE && query.groupBy !== 'agent') {
    throw new RangeError('each agent has its own zone only when grouped by agent');
  }
  if (!(query.page.limit >= 1)) throw new RangeError('a page must have room for a row');
}

function wantedAgents(query: ReportQuery, agents: readonly ReportAgent[]): ReportAgent[] {
  const only = query.agentIds === undefined ? undefined : new Set(query.agentIds);
  return agents
    .filter((agent) => only === undefined || only.has(agent.agentId))
    .sort((a, b) => compareAgentIds(a.agentId, b.agentId));
}

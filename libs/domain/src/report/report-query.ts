// What every report is asked and what it answers with; the single reports add their own figures.
import type { Team, Track } from '../timeline/evidence.js';
import type { Dated } from '../timeline/timeline.js';
import type { BucketUnit } from './buckets.js';
import type { ReportWindow } from './window.js';

export const GROUPINGS = ['agent', 'team', 'account'] as const;
export type GroupBy = (typeof GROUPINGS)[number];

/** `zone` of a query: each agent's own. */
export const AGENT_ZONE = 'agent';

export interface ReportQuery extends ReportWindow {
  /** A zone as `resolveTimeZone` gives it, or `agent` (only with groupBy agent). */
  readonly zone: string;
  readonly bucket?: BucketUnit;
  readonly groupBy: GroupBy;
  /** Only these agents, and a row for each of them that is known. */
  readonly agentIds?: readonly string[];
  /** Only the time in at least one of these teams. */
  readonly teamIds?: readonly string[];
  readonly page: PageRequest;
}

export interface PageRequest {
  /** The last row of the page before; null: the first page. */
  readonly after: RowKey | null;
  /** At least 1. */
  readonly limit: number;
  /** Whether `total` (and `totals` with a bucket), over the whole answer, are wanted. */
  readonly total: boolean;
}

/** Tells a row within an answer: the agent's or team's id (null: in no team, or the account), and UTC epoch ms. */
export interface RowKey {
  readonly group: string | null;
  readonly bucketStart: number;
}

/** An agent as a report needs it; the dated attributes ascend by `at`. */
export interface ReportAgent {
  readonly agentId: string;
  readonly name: string | null;
  readonly timeZones: readonly Dated<string>[];
  readonly teams: readonly Dated<readonly Team[]>[];
}

export interface ReportLabels {
  readonly label: (track: Track, key: string) => string;
  readonly teamName: (teamId: string) => string | null;
}

/** `agentId` and `name` with groupBy agent, `teamId` and `teamName` with team, neither with account. */
export interface RowHead {
  readonly agentId?: string;
  readonly name?: string | null;
  readonly teamId?: string | null;
  readonly teamName?: string | null;
  readonly tz: string;
  /** ISO 8601 with the zone's offset. */
  readonly bucketStart: string;
  readonly bucketEnd: string;
}

/** `tz` is null and the times are in UTC where each agent has its own zone. */
export interface TotalHead {
  readonly tz: string | null;
  readonly bucketStart: string;
  readonly bucketEnd: string;
}

export interface ReportPage<Body> {
  /** E as ISO 8601 in UTC. */
  readonly effectiveTo: string;
  readonly overlapping: boolean;
  readonly rows: readonly (RowHead & Body)[];
  readonly total?: TotalHead & Body;
  readonly totals?: readonly (TotalHead & Body)[];
  /** The key of the last row if there are more, else null. */
  readonly next: RowKey | null;
}

/** Agent ids are digits: the shorter is the smaller. */
export function compareAgentIds(a: string, b: string): number {
  return a.length - b.length || compareText(a, b);
}

/** Code units; null (in no team) last. */
export function compareTeamIds(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return compareText(a, b);
}

export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

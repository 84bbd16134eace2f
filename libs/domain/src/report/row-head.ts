// The part of a row that says whose it is and when: the same in every report.
import type { RowHead, TotalHead } from './report-query.js';
import type { Grid } from './window.js';
import { formatInstant } from './zone-offsets.js';

export interface RowCollector<Agent, Extra, Body> {
  /** The index of the first agent that the page can need. */
  firstAgent(agents: readonly { readonly agentId: string }[]): number;
  /** How many rows the page still lacks; Infinity if every agent is needed. */
  missing(): number;
  /** No further agent can change the page. */
  full(): boolean;
  add(agent: Agent, extra: Extra): void;
  finish(): CollectedRows<Body>;
}

export interface CollectedRows<Body> {
  readonly page: readonly (RowHead & Body)[];
  readonly next: { readonly group: string | null; readonly bucketStart: number } | null;
  readonly overlapping: boolean;
}

export function bucketHead(grid: Grid, bucket: number): TotalHead & { readonly tz: string } {
  return {
    tz: grid.zone,
    bucketStart: formatInstant(bucketStart(grid, bucket), grid.zone),
    bucketEnd: formatInstant(bucketStart(grid, bucket + 1), grid.zone),
  };
}

export function bucketStart(grid: Grid, bucket: number): number {
  return grid.edges[bucket] ?? 0;
}

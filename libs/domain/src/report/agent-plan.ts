// How each agent's time is cut for a report: its zone, its cuts and the pieces of its teams.
// Agents that are cut alike share the very same grid, cuts and pieces.
import type { Dated } from '../timeline/timeline.js';
import { teamPieces } from './membership.js';
import { AGENT_ZONE, type ReportAgent, type ReportQuery } from './report-query.js';
import { resolveTimeZone } from './time-zone.js';
import { makeGrid, type Grid, type Pieces } from './window.js';

export interface AgentPlan {
  readonly agent: ReportAgent;
  readonly grid: Grid;
  readonly cuts: readonly number[];
  /** The time that counts: all of it, or what was spent in a team asked for. */
  readonly union: Pieces;
  /** With groupBy team only. */
  readonly byTeam?: ReadonlyMap<string | null, Pieces>;
}

/** A grid for each zone, made once. Throws QueryTooLargeError over `maxBuckets`. */
export function makeGrids(query: ReportQuery, maxBuckets: number): (zone: string) => Grid {
  const grids = new Map<string, Grid>();
  return (zone) => {
    let grid = grids.get(zone);
    if (grid === undefined) {
      grid = makeGrid(query, query.bucket, zone, maxBuckets);
      grids.set(zone, grid);
    }
    return grid;
  };
}

export function planAgent(query: ReportQuery, agent: ReportAgent, gridOf: (zone: string) => Grid): AgentPlan {
  const whole = gridOf(query.zone === AGENT_ZONE ? 'UTC' : query.zone);
  const grid = query.zone === AGENT_ZONE ? gridOf(zoneOf(agent, whole.effectiveEnd)) : whole;
  if (query.groupBy !== 'team' && query.teamIds === undefined) {
    return { agent, grid, cuts: grid.cuts, union: grid.pieces };
  }
  const only = query.teamIds === undefined ? undefined : new Set(query.teamIds);
  const { cuts, union, byTeam } = teamPieces(grid, agent.teams, only);
  return { agent, grid, cuts, union, ...(query.groupBy === 'team' ? { byTeam } : {}) };
}

/** The agent's zone in force at an instant; UTC if none is known or its name means nothing. */
export function zoneOf(agent: ReportAgent, t: number): string {
  const name = valueAt(agent.timeZones, t);
  return (name === undefined ? undefined : resolveTimeZone(name)) ?? 'UTC';
}

/** The value in force at t; the first holds before it, too. */
export function valueAt<T>(dated: readonly Dated<T>[], t: number): T | undefined {
  let value = dated[0]?.value;
  for (const entry of dated) {
    if (entry.at > t) break;
    value = entry.value;
  }
  return value;
}

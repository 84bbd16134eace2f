// Who was in which team when, as pieces of a report's window (semantics §6.12).
// A time in two teams is a piece of each; a time in none is a piece of the team null.
import type { Team } from '../timeline/evidence.js';
import type { Dated } from '../timeline/timeline.js';
import type { Grid, Pieces } from './window.js';

export interface MembershipSegment {
  readonly start: number;
  readonly end: number;
  /** Distinct, in code unit order; empty: in no team. */
  readonly teamIds: readonly string[];
}

/** An agent's cuts and the pieces of each team; `null` is the time in no team. */
export interface TeamPieces {
  readonly cuts: readonly number[];
  readonly byTeam: ReadonlyMap<string | null, Pieces>;
  /** The time in at least one of the teams asked for, or all of it. */
  readonly union: Pieces;
}

interface Columns {
  readonly bucket: number[];
  readonly lo: number[];
  readonly hi: number[];
}

/** The memberships over `[from, to)`, one after the other; the first value known holds before it. */
export function membershipSegments(
  teams: readonly Dated<readonly Team[]>[],
  from: number,
  to: number,
): MembershipSegment[] {
  const segments: MembershipSegment[] = [];
  if (from >= to) return segments;
  let start = from;
  let teamIds = idsOf(teams[0]?.value ?? []);
  for (const { at, value } of teams) {
    const next = idsOf(value);
    if (at >= to || sameIds(teamIds, next)) continue;
    if (at > start) {
      segments.push({ start, end: at, teamIds });
      start = at;
    }
    teamIds = next;
  }
  segments.push({ start, end: to, teamIds });
  return segments;
}

/** The pieces of each team (of `only`, if given) and of their union over a grid. */
export function teamPieces(
  grid: Grid,
  teams: readonly Dated<readonly Team[]>[],
  only: ReadonlySet<string> | undefined,
): TeamPieces {
  const segments = membershipSegments(teams, grid.from, grid.effectiveEnd);
  const cuts = segments.length > 1 ? mergeCuts(grid.cuts, segments) : grid.cuts;
  const byTeam = new Map<string | null, Columns>();
  const union: Columns = { bucket: [], lo: [], hi: [] };
  let segment = 0;
  let bucket = 0;
  for (let cell = 0; cell + 1 < cuts.length; cell++) {
    const start = cuts[cell] ?? 0;
    while ((segments[segment]?.end ?? Infinity) <= start) segment++;
    while ((grid.edges[bucket + 1] ?? Infinity) <= start) bucket++;
    const returned = returnedTeams(segments[segment]?.teamIds ?? [], only);
    if (returned.length > 0) addCell(union, bucket, cell);
    for (const teamId of returned) {
      let columns = byTeam.get(teamId);
      if (columns === undefined) byTeam.set(teamId, (columns = { bucket: [], lo: [], hi: [] }));
      addCell(columns, bucket, cell);
    }
  }
  return { cuts, byTeam, union };
}

function returnedTeams(
  teamIds: readonly string[],
  only: ReadonlySet<string> | undefined,
): readonly (string | null)[] {
  if (only !== undefined) return teamIds.filter((teamId) => only.has(teamId));
  return teamIds.length === 0 ? [null] : teamIds;
}

function addCell(columns: Columns, bucket: number, cell: number): void {
  const last = columns.bucket.length - 1;
  if (columns.bucket[last] === bucket && columns.hi[last] === cell) {
    columns.hi[last] = cell + 1;
    return;
  }
  columns.bucket.push(bucket);
  columns.lo.push(cell);
  columns.hi.push(cell + 1);
}

function mergeCuts(cuts: readonly number[], segments: readonly MembershipSegment[]): number[] {
  const all = new Set(cuts);
  for (const segment of segments) all.add(segment.start);
  return [...all].sort((a, b) => a - b);
}

function idsOf(teams: readonly Team[]): string[] {
  const ids = new Set<string>();
  for (const team of teams) ids.add(team.id);
  return [...ids].sort();
}

function sameIds(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}

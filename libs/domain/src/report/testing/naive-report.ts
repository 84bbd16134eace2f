// The time in status by clipping every interval at every piece of time, as a reader of the definitions would:
// no sums, no cuts shared, nothing taken from the code under test but where buckets begin.
import { categoryOfKey } from '../../timeline/status-identity.js';
import { bucketEdges } from '../buckets.js';
import type { TimeInStatus, TimeInStatusQuery } from '../time-in-status.js';
import { resolveTimeZone } from '../time-zone.js';
import type { KnownAgent } from './make-timeline.js';

type Group = string | null;
type Piece = readonly [number, number];

export interface NaiveRow {
  readonly group: Group;
  readonly start: number;
  readonly end: number;
  readonly body: TimeInStatus;
}

interface Share {
  readonly known: KnownAgent;
  readonly pieces: readonly Piece[];
  /** Whether the agent's visit that ends (or begins, without length) at t counts. */
  readonly holds: (t: number) => boolean;
}

export function naiveRows(query: TimeInStatusQuery, agents: readonly KnownAgent[]): NaiveRow[] {
  const chosen = chosenAgents(query, agents);
  const rows: NaiveRow[] = [];
  for (const group of groupsOf(query, chosen)) {
    const members =
      query.groupBy === 'agent'
        ? chosen.filter(({ agent }) => agent.agentId === group)
        : chosen.filter((known) => query.groupBy === 'account' || countsInTeam(query, known, group));
    const zone = query.zone === 'agent' ? agentZone(members[0], endOf(query)) : query.zone;
    for (const [start, end] of bucketsOf(query, zone)) {
      const shares = members.map((known) => shareOf(query, known, group, start, end));
      rows.push({ group, start, end, body: bodyOf(query, shares, start, end) });
    }
  }
  return rows;
}

export function naiveTotal(query: TimeInStatusQuery, agents: readonly KnownAgent[]): TimeInStatus {
  const all = { ...query, groupBy: 'account' } as const;
  const shares = chosenAgents(query, agents).map((known) => shareOf(all, known, null, query.from, query.to));
  return bodyOf(query, shares, query.from, query.to);
}

function endOf({ from, to, asOf }: TimeInStatusQuery): number {
  return Math.max(from, Math.min(to, asOf));
}

function bucketsOf(query: TimeInStatusQuery, zone: string): Piece[] {
  const edges = query.bucket === undefined ? [query.from, query.to] : bucketEdges(query, query.bucket, zone);
  return pairs(edges);
}

function chosenAgents(query: TimeInStatusQuery, agents: readonly KnownAgent[]): KnownAgent[] {
  const [from, end] = [query.from, endOf(query)];
  return agents.filter((known) => {
    if (query.agentIds !== undefined) return query.agentIds.includes(known.agent.agentId);
    const pieces: Piece[] =
      query.teamIds === undefined ? [[from, end]] : memberPieces(known, from, end, query.teamIds);
    return isPresent(query, known, pieces);
  });
}

function isPresent(query: TimeInStatusQuery, known: KnownAgent, pieces: readonly Piece[]): boolean {
  return known.told.timeline.intervals[query.track].some((i) =>
    pieces.some(([p, q]) => overlap([p, q], i.start, i.end) > 0 || (i.start >= p && i.start < q)),
  );
}

function countsInTeam(query: TimeInStatusQuery, known: KnownAgent, group: Group): boolean {
  const pieces = memberPieces(known, query.from, endOf(query), [group]);
  return pieces.length > 0 && (query.agentIds !== undefined || isPresent(query, known, pieces));
}

function groupsOf(query: TimeInStatusQuery, chosen: readonly KnownAgent[]): Group[] {
  if (query.groupBy === 'account') return chosen.length === 0 ? [] : [null];
  if (query.groupBy === 'agent') return chosen.map(({ agent }) => agent.agentId);
  const candidates: Group[] = ['30', '7', 'night', null];
  return candidates.filter(
    (group) =>
      (query.teamIds === undefined || (group !== null && query.teamIds.includes(group))) &&
      chosen.some((known) => countsInTeam(query, known, group)),
  );
}

function shareOf(
  query: TimeInStatusQuery,
  known: KnownAgent,
  group: Group,
  start: number,
  end: number,
): Share {
  const to = Math.min(end, endOf(query));
  const groups = query.groupBy === 'team' ? [group] : query.teamIds;
  return {
    known,
    pieces: groups === undefined ? (start < to ? [[start, to]] : []) : memberPieces(known, start, to, groups),
    holds: (t) => groups === undefined || groups.some((id) => isMember(known, id, t)),
  };
}

/** The parts of `[from, to)` in at least one of the groups. */
function memberPieces(known: KnownAgent, from: number, to: number, groups: readonly Group[]): Piece[] {
  if (from >= to) return [];
  const inside = known.agent.teams.map(({ at }) => at).filter((at) => at > from && at < to);
  const bounds = [...new Set([from, ...inside, to])].sort((a, b) => a - b);
  return pairs(bounds).filter(
    ([start, end]) => start < end && groups.some((id) => isMember(known, id, start)),
  );
}

function isMember({ agent }: KnownAgent, group: Group, t: number): boolean {
  const held = (agent.teams.findLast(({ at }) => at <= t) ?? agent.teams[0])?.value ?? [];
  return group === null ? held.length === 0 : held.some(({ id }) => id === group);
}

function agentZone(known: KnownAgent | undefined, t: number): string {
  const zones = known?.agent.timeZones ?? [];
  const name = (zones.findLast(({ at }) => at <= t) ?? zones[0])?.value;
  return (name === undefined ? undefined : resolveTimeZone(name)) ?? 'UTC';
}

function overlap([p, q]: Piece, from: number, to: number | null): number {
  return Math.max(0, Math.min(q, to ?? q) - Math.max(p, from));
}

function bodyOf(
  query: TimeInStatusQuery,
  shares: readonly Share[],
  start: number,
  end: number,
): TimeInStatus {
  const to = Math.max(start, Math.min(end, endOf(query)));
  const keys = new Set<string>();
  for (const { known } of shares)
    for (const { key } of known.told.timeline.intervals[query.track]) keys.add(key);
  const statuses = [...keys].sort().flatMap((key) => statusOf(query, shares, key, start, to));
  const windowMs = sum(shares.flatMap(({ pieces }) => pieces.map(([p, q]) => q - p)));
  const msOf = (...categories: string[]): number =>
    sum(statuses.filter(({ category }) => categories.includes(category ?? '')).map(({ ms }) => ms));
  const signedInMs = sum(
    shares.flatMap(({ known, pieces }) =>
      known.told.timeline.intervals.login
        .filter(({ key }) => key === 'signed-in')
        .flatMap((i) => pieces.map((piece) => overlap(piece, i.start, i.end))),
    ),
  );
  const handling = msOf('busy', 'acw');
  const base = handling + msOf('available');
  return {
    windowMs,
    unknownMs: windowMs - sum(statuses.map(({ ms }) => ms)),
    signedInMs,
    occupancy: query.track !== 'status' || base === 0 ? null : handling / base,
    utilisation: query.track !== 'status' || signedInMs === 0 ? null : handling / signedInMs,
    statuses,
  };
}

function statusOf(
  query: TimeInStatusQuery,
  shares: readonly Share[],
  key: string,
  start: number,
  to: number,
) {
  const figures = { ms: 0, openMs: 0, uncertainMs: 0, inferredMs: 0, entries: 0 };
  const lengths: number[] = [];
  for (const { known, pieces, holds } of shares) {
    for (const i of known.told.timeline.intervals[query.track].filter((other) => other.key === key)) {
      for (const piece of pieces) {
        const ms = overlap(piece, i.start, i.end);
        figures.ms += ms;
        if (i.end === null || i.end > query.asOf) figures.openMs += ms;
        if (i.uncertainFrom !== null) figures.uncertainMs += overlap(piece, i.uncertainFrom, i.end);
        if (i.inferred) figures.inferredMs += ms;
        if (i.start >= piece[0] && i.start < piece[1]) figures.entries++;
      }
      const entered = i.start >= start && i.start < to;
      if (i.end === null || i.end > to || (!entered && overlap([start, to], i.start, i.end) === 0)) continue;
      if (holds(i.end === i.start ? i.start : i.end - 1)) lengths.push(i.end - i.start);
    }
  }
  if (figures.ms === 0 && figures.entries === 0) return [];
  lengths.sort((a, b) => a - b);
  const n = lengths.length;
  const visits = {
    count: n,
    avgMs: n === 0 ? null : Math.round(sum(lengths) / n),
    maxMs: lengths.at(-1) ?? null,
    p50Ms: lengths[Math.ceil(n * 0.5) - 1] ?? null,
    p90Ms: lengths[Math.ceil(n * 0.9) - 1] ?? null,
  };
  const category = query.track === 'status' ? categoryOfKey(key) : null;
  return [{ key, category, label: `${key}!`, ...figures, visits: query.visits ? visits : null }];
}

function pairs(bounds: readonly number[]): Piece[] {
  return bounds.flatMap((end, index): Piece[] => {
    const start = bounds[index - 1];
    return start === undefined ? [] : [[start, end]];
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}

// One agent's timeline: the intervals that overlap or enter a window, whole, with the gaps found within it.
import { categoryOfKey, eventIdOf, TRACKS, type Actor, type Track } from '@libs/domain';
import { z } from 'zod';
import type { Sql } from '../sql.js';
import { trackNumber } from '../writer/agent-record.js';
import { trackOfNumber } from '../writer/agent-rows.js';
import { effectiveEnd, findAgent, instant, paged, resumed } from './find-agent.js';
import type { QueryParameters, QueryReply } from './queries.js';

interface IntervalRow {
  track: number;
  ordinal: number;
  key: string;
  label: string;
  start_at: number;
  end_at: number | null;
  inferred: number;
  uncertain_from: number | null;
  started_by: Actor | null;
  ended_by: Actor | null;
  start_fingerprint: string;
  end_fingerprint: string | null;
}

/**
 * Where a page ended, in the order start, track: the last start and track shown, and how many intervals of that track
 * with that start were. Ordinals would not do: a late event moves them.
 */
type Place = readonly [start: number, track: number, shown: number];
const zPlace = z.tuple([z.int(), z.int().min(0), z.int().min(1)]);

export async function timeline(sql: Sql, parameters: QueryParameters['timeline']): Promise<QueryReply> {
  const { account, agentId, from, to, asOf, limit, after, track } = parameters;
  const { agent } = await findAgent(sql, account, agentId);
  const tracks = track === null ? TRACKS : [track];
  const end = effectiveEnd(from, to, asOf);
  const last = resumed(after, zPlace);
  const rows: IntervalRow[] = [];
  for (const one of tracks) rows.push(...(await intervalsOf(sql, agent, one, { from, end, last, limit })));
  rows.sort(inOrder);
  const [page, next] = paged(rows, limit, (row) => placeOf(row, rows, last));
  const gaps = await gapsOf(sql, agent, tracks, {
    // A page has the gaps that come no later than its last start, the last page all that are left.
    from: last ? Math.max(from, last[0] + 1) : from,
    to: next === null ? end : Math.min(end, (page.at(-1)?.start_at ?? end) + 1),
  });
  const [breaks] = await sql.all<{ found: number }>(
    'SELECT count(*) AS found FROM chain_break WHERE agent = ? AND at >= ? AND at < ?',
    [agent, from, end],
  );
  const intervals = page.map((row) => shownInterval(row, { from, to, asOf }));
  return { body: { intervals, gaps, chainBreaks: breaks?.found ?? 0 }, next };
}

async function intervalsOf(
  sql: Sql,
  agent: number,
  track: Track,
  { from, end, last, limit }: { from: number; end: number; last: Place | undefined; limit: number },
): Promise<IntervalRow[]> {
  const number = trackNumber(track);
  const select = `SELECT one.track, one.ordinal, series.key, one.label, one.start_at, one.end_at,
      one.inferred, one.uncertain_from, one.started_by, one.ended_by,
      opening.fingerprint AS start_fingerprint, closing.fingerprint AS end_fingerprint
    FROM status_interval AS one JOIN series ON series.series = one.series
    JOIN evidence AS opening ON opening.agent = one.agent AND opening.at = one.start_event_at
      AND opening.event = one.start_event
    LEFT JOIN evidence AS closing ON closing.agent = one.agent AND closing.at = one.end_event_at
      AND closing.event = one.end_event
    WHERE one.agent = ? AND one.track = ?`;
  const { start, shown } = resumeAt(number, from, last);
  const entering = await sql.all<IntervalRow>(
    `${select} AND one.start_at >= ? AND one.start_at < ?
     ORDER BY one.start_at, one.ordinal LIMIT ?`,
    [agent, number, start, end, limit + 1 + shown],
  );
  const left = entering.slice(Math.min(shown, entering.filter(({ start_at }) => start_at === start).length));
  // Only the last interval that started before the window can reach into it.
  const [carried] = await sql.all<IntervalRow>(
    `${select} AND one.start_at < ?
     ORDER BY one.start_at DESC, one.ordinal DESC LIMIT 1`,
    [agent, number, from],
  );
  const reaches = carried && end > from && (carried.end_at === null || carried.end_at > from);
  if (!reaches || (last && compare([carried.start_at, number], last) <= 0)) return left;
  return [carried, ...left];
}

/** The least start of a track's intervals that are still to be shown, and how many with that start were shown. */
function resumeAt(track: number, from: number, last: Place | undefined): { start: number; shown: number } {
  if (!last || last[0] < from) return { start: from, shown: 0 };
  const [start, lastTrack, shown] = last;
  if (track < lastTrack) return { start: start + 1, shown: 0 };
  return { start, shown: track === lastTrack ? shown : 0 };
}

async function gapsOf(
  sql: Sql,
  agent: number,
  tracks: readonly Track[],
  { from, to }: { from: number; to: number },
): Promise<Record<string, unknown>[]> {
  const rows = await sql.all<{
    at: number;
    track: number;
    expected: string;
    found: string;
    fingerprint: string;
  }>(
    `SELECT gap.at, gap.track, gap.expected, gap.found, evidence.fingerprint
     FROM gap JOIN evidence ON evidence.agent = gap.agent AND evidence.at = gap.at AND evidence.event = gap.event
     WHERE gap.agent = ? AND gap.at >= ? AND gap.at < ? ORDER BY gap.at, evidence.rank, gap.track`,
    [agent, from, to],
  );
  return rows
    .map(({ at, track, expected, found, fingerprint }) => ({
      ...{ at: instant(at), track: trackOfNumber(track), expected, found, eventId: eventIdOf(fingerprint) },
    }))
    .filter(({ track }) => tracks.includes(track));
}

function shownInterval(
  row: IntervalRow,
  { from, to, asOf }: { from: number; to: number; asOf: number },
): Record<string, unknown> {
  const track = trackOfNumber(row.track);
  const { key, label, start_at: start, end_at: end } = row;
  return {
    ...{ track, key, category: track === 'status' ? categoryOfKey(key) : null, label },
    ...{ start: instant(start), end: instant(end), open: end === null || end > asOf },
    ...{ clippedStart: start < from, clippedEnd: (end ?? asOf) > to },
    ...{ inferred: row.inferred === 1, uncertainFrom: instant(row.uncertain_from) },
    startEventId: eventIdOf(row.start_fingerprint),
    endEventId: row.end_fingerprint === null ? null : eventIdOf(row.end_fingerprint),
    ...{ startedBy: row.started_by, endedBy: row.ended_by },
  };
}

/** The place of the last row of a page of `rows`; `last` is that of the page before. */
function placeOf(row: IntervalRow, rows: readonly IntervalRow[], last: Place | undefined): Place {
  const { start_at: start, track, ordinal } = row;
  const here = rows.filter(
    (one) => one.start_at === start && one.track === track && one.ordinal <= ordinal,
  ).length;
  const before = last?.[0] === start && last[1] === track ? last[2] : 0;
  return [start, track, before + here];
}

function inOrder(x: IntervalRow, y: IntervalRow): number {
  return compare([x.start_at, x.track], [y.start_at, y.track]) || x.ordinal - y.ordinal;
}

function compare(x: readonly [number, number], y: readonly [number, number, ...unknown[]]): number {
  return x[0] - y[0] || x[1] - y[1];
}

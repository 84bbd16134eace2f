// One agent's timeline: the intervals that overlap or enter a window, whole, with the gaps found within it.
import { categoryOfKey, eventIdOf, TRACKS, type Actor, type Track } from '@libs/domain';
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

/** The place of an interval in the order of a reply: start, track, ordinal. */
type Place = readonly [number, number, number];

export async function timeline(sql: Sql, parameters: QueryParameters['timeline']): Promise<QueryReply> {
  const { account, agentId, from, to, asOf, limit, after, track } = parameters;
  const { agent } = await findAgent(sql, account, agentId);
  const tracks = track === null ? TRACKS : [track];
  const end = effectiveEnd(from, to, asOf);
  const last = resumed<Place>(after);
  const rows: IntervalRow[] = [];
  for (const one of tracks) rows.push(...(await intervalsOf(sql, agent, one, { from, end, last, limit })));
  rows.sort(inOrder);
  const [page, next] = paged(rows, limit, placeOf);
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
    JOIN evidence AS opening ON opening.event = one.start_event
    LEFT JOIN evidence AS closing ON closing.event = one.end_event
    WHERE one.agent = ? AND one.track = ?`;
  const entering = await sql.all<IntervalRow>(
    `${select} AND one.start_at >= ? AND one.start_at < ? AND one.ordinal > ?
     ORDER BY one.start_at, one.ordinal LIMIT ?`,
    [agent, number, ...resumeOf(number, from, last, end), limit + 1],
  );
  // Only the last interval that started before the window can reach into it.
  const [carried] = await sql.all<IntervalRow>(
    `${select} AND one.start_at < ? ORDER BY one.start_at DESC, one.ordinal DESC LIMIT 1`,
    [agent, number, from],
  );
  const reaches = carried && end > from && (carried.end_at === null || carried.end_at > from);
  if (!reaches || (last && compare(placeOf(carried), last) <= 0)) return entering;
  return [carried, ...entering];
}

/** The least start, the end, and the ordinal to exceed for a track's intervals after the place of the last one shown. */
function resumeOf(
  track: number,
  from: number,
  last: Place | undefined,
  end: number,
): [number, number, number] {
  if (!last || last[0] < from) return [from, end, -1];
  const [start, lastTrack, lastOrdinal] = last;
  if (track < lastTrack) return [start + 1, end, -1];
  return [start, end, track === lastTrack ? lastOrdinal : -1];
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
     FROM gap JOIN evidence ON evidence.event = gap.event
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

function placeOf({ start_at, track, ordinal }: IntervalRow): Place {
  return [start_at, track, ordinal];
}

function inOrder(x: IntervalRow, y: IntervalRow): number {
  return compare(placeOf(x), placeOf(y));
}

function compare(x: Place, y: Place): number {
  return x[0] - y[0] || x[1] - y[1] || x[2] - y[2];
}

// Moves the rows that lie after a refolded stretch, which the same events have made as before: the sums of what precedes
// them by what the stretch has gained or lost, and where it has more or fewer intervals now, the ordinals.
import type { FoldState } from '@libs/domain';
import { givenRows, givenTable } from '../given-rows.js';
import type { Sql } from '../sql.js';
import { addEnded, noSums, type SeriesSums } from './agent-record.js';
import type { Refold } from './refold.js';
import type { OldInterval } from './replace-rows.js';
import type { RowBatch } from './row-batch.js';

/** What a series has more now. */
interface Gain {
  readonly name: string;
  readonly track: number;
  readonly sums: SeriesSums;
}

/** Brings the records to the end of their events; `old`: by agent, the stretch's intervals as they were. */
export async function settleLaterRows(
  sql: Sql,
  settled: readonly Refold[],
  old: ReadonlyMap<number, readonly OldInterval[]>,
  batch: RowBatch,
): Promise<void> {
  const moved: Moved[] = [];
  for (const { window, folded, rows, fresh, settled: end } of settled) {
    if (end === null) continue;
    const { record } = window;
    const intervals = old.get(record.agent) ?? [];
    endAsBefore(rows, end.before, intervals);
    const gains = gainsOf(window, folded, intervals, end.before);
    moved.push(...movedSums(gains, end.before));
    for (const { name, sums } of gains) {
      const total = record.series.get(name) ?? noSums(sums.series);
      record.series.set(name, added(total, sums, 1));
    }
    const shifts = folded.state.tracks.map(({ next }, track) => next - (end.before.tracks[track]?.next ?? 0));
    record.state = shifted(record.state, shifts, fresh.length);
    if (shifts.every((shift) => shift === 0)) continue;
    await shiftStates(sql, record.agent, end.at, shifts, batch);
    // Sums first: they are found by the ordinals as they were.
    await moveSums(sql, moved.splice(0));
    await shiftOrdinals(sql, record.agent, end.before, shifts);
  }
  await moveSums(sql, moved);
}

/** The last interval of the stretch goes on and ends where it did. */
function endAsBefore(rows: Refold['rows'], before: FoldState, intervals: readonly OldInterval[]): void {
  before.tracks.forEach(({ open, next }, track) => {
    if (open === null) return;
    const last = intervals.find((row) => row.track === track && row.ordinal === next - 1);
    if (!last) throw new Error('An open interval has a row.');
    const { end_at: end, uncertain_from: uncertainFrom, end_event: event, end_event_at: at } = last;
    if (end === null || event === null || at === null) return;
    const endEvent = { event, evidence: { at } };
    rows.endAs(track, { end, uncertainFrom, endEvent, endedBy: last.ended_by });
  });
}

function gainsOf(
  { from, series }: Refold['window'],
  folded: Refold['folded'],
  intervals: readonly OldInterval[],
  before: FoldState,
): Gain[] {
  const made = new Map<number, SeriesSums>();
  for (const { series: number, track, ordinal, start_at: start, end_at: end, ...rest } of intervals) {
    const sums = made.get(number) ?? noSums(number);
    made.set(number, sums);
    if (ordinal >= (from.state.tracks[track]?.next ?? 0)) sums.entries += 1;
    const { open = null, next = 0 } = before.tracks[track] ?? {};
    const goesOn = open !== null && ordinal === next - 1;
    if (!goesOn && end !== null) addEnded(sums, start, end, rest.uncertain_from, rest.inferred === 1);
  }
  return [...folded.series].map(([name, sums]) => {
    const { series: number } = sums;
    const gained = added(sums, series.get(name) ?? noSums(number), -1);
    const track = Number(name.slice(0, name.indexOf(':')));
    return { name, track, sums: added(gained, made.get(number) ?? noSums(number), -1) };
  });
}

function added(one: SeriesSums, other: SeriesSums, sign: 1 | -1): SeriesSums {
  return {
    series: one.series,
    ms: one.ms + sign * other.ms,
    entries: one.entries + sign * other.entries,
    uncertainMs: one.uncertainMs + sign * other.uncertainMs,
    inferredMs: one.inferredMs + sign * other.inferredMs,
  };
}

function shifted(state: FoldState, shifts: readonly number[], events: number): FoldState {
  const tracks = state.tracks.map((one, track) => ({ ...one, next: one.next + (shifts[track] ?? 0) }));
  return { ...state, count: state.count + events, tracks };
}

const MOVED = {
  series: 'BIGINT',
  start: 'BIGINT',
  first: 'BIGINT',
  ms: 'BIGINT',
  entries: 'BIGINT',
  uncertain: 'BIGINT',
  inferred: 'BIGINT',
} as const;
type Moved = Record<keyof typeof MOVED, number>;

function movedSums(gains: readonly Gain[], before: FoldState): Moved[] {
  return gains.flatMap(({ track, sums }) => {
    const { series, ms, entries, uncertainMs: uncertain, inferredMs: inferred } = sums;
    if ([ms, entries, uncertain, inferred].every((gain) => gain === 0)) return [];
    const { open = null, next: first = 0 } = before.tracks[track] ?? {};
    return [
      { series, start: open?.start ?? Number.MIN_SAFE_INTEGER, first, ms, entries, uncertain, inferred },
    ];
  });
}

async function moveSums(sql: Sql, moved: readonly Moved[]): Promise<void> {
  if (moved.length === 0) return;
  await sql.run(
    `WITH ${givenTable(sql.dialect, 'moved', MOVED)}
     UPDATE status_interval SET sum_ms = sum_ms + moved.ms, sum_entries = sum_entries + moved.entries,
       sum_uncertain = sum_uncertain + moved.uncertain, sum_inferred = sum_inferred + moved.inferred
     FROM moved WHERE status_interval.series = moved.series AND status_interval.start_at >= moved.start
       AND status_interval.ordinal >= moved.first`,
    [givenRows(moved)],
  );
}

/** By way of negative numbers: two intervals of one start must not meet on the way. */
async function shiftOrdinals(
  sql: Sql,
  agent: number,
  before: FoldState,
  shifts: readonly number[],
): Promise<void> {
  const later = 'WHERE agent = ? AND track = ? AND start_at >= ?';
  for (const [track, shift] of shifts.entries()) {
    if (shift === 0) continue;
    const { open = null, next = 0 } = before.tracks[track] ?? {};
    const place = [agent, track, open?.start ?? Number.MIN_SAFE_INTEGER];
    const away = `UPDATE status_interval SET ordinal = -(ordinal + ?) ${later} AND ordinal >= ?`;
    await sql.run(away, [shift, ...place, next]);
    await sql.run(`UPDATE status_interval SET ordinal = -ordinal ${later} AND ordinal < 0`, place);
  }
}

/** The stored states tell the ordinals, too. */
async function shiftStates(
  sql: Sql,
  agent: number,
  after: number,
  shifts: readonly number[],
  batch: RowBatch,
): Promise<void> {
  const rows = await sql.all<{ at: number; event: number; rank: number; state: string }>(
    'SELECT at, event, rank, state FROM evidence WHERE agent = ? AND at > ? AND state IS NOT NULL',
    [agent, after],
  );
  for (const { at, event, rank, state } of rows) {
    const moved = JSON.stringify(shifted(JSON.parse(state) as FoldState, shifts, 0));
    batch.update('evidence', [rank, moved, agent, at, event]);
  }
}

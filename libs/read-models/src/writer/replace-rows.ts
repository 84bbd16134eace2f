// Takes the rows that a refold makes anew out of the tables, and moves what lies after them by as much as they have changed.
// Rows go by the event that opened them (their ordinal), never by their start; what ended there is open again.
import type { Actor } from '@libs/domain';
import { givenRows, givenTable } from '../given-rows.js';
import type { Sql, SqlCondition, SqlRow } from '../sql.js';
import type { FoldPoint } from './agent-record.js';
import type { Refold } from './refold.js';
import type { RowBatch } from './row-batch.js';
import { settleLaterRows } from './settle-later-rows.js';

/** A row that the fold made before, of the refolded stretch. */
export interface OldInterval {
  readonly agent: number;
  readonly track: number;
  readonly series: number;
  readonly start_at: number;
  readonly ordinal: number;
  readonly end_at: number | null;
  readonly uncertain_from: number | null;
  readonly inferred: number;
  readonly end_event: number | null;
  readonly end_event_at: number | null;
  readonly ended_by: Actor | null;
}

/** Moves the records on; what is still to be written of them goes to `batch`. */
export async function replaceRows(sql: Sql, refolds: readonly Refold[], batch: RowBatch): Promise<void> {
  if (refolds.length === 0) return;
  const settled = refolds.filter((one) => one.settled !== null);
  const toTheEnd = refolds.filter((one) => one.settled === null);
  const old = await loadOldIntervals(sql, settled);
  await removeIntervals(sql, refolds, old);
  await reopen(sql, refolds);
  await removeFinds(sql, refolds);
  for (const { window, folded } of toTheEnd) {
    window.record.state = folded.state;
    window.record.series = folded.series;
  }
  await settleLaterRows(sql, settled, old, batch);
}

/** Per track: where the intervals begin that later events have opened. */
const cuts = ({ agent, state }: FoldPoint) =>
  state.tracks.map(({ open, next }, track) => ({
    ...{ agent, track, open, next, start: open?.start ?? Number.MIN_SAFE_INTEGER },
  }));

/** By agent: the intervals opened between the two points, and the one that was open at the first. */
async function loadOldIntervals(sql: Sql, settled: readonly Refold[]): Promise<Map<number, OldInterval[]>> {
  const old = new Map(settled.map(({ window }) => [window.record.agent, [] as OldInterval[]]));
  if (settled.length === 0) return old;
  const columns = {
    agent: 'BIGINT',
    track: 'BIGINT',
    start: 'BIGINT',
    until: 'BIGINT',
    first: 'BIGINT',
    below: 'BIGINT',
  } as const;
  const asked = settled.flatMap(({ window, settled: end }) =>
    cuts(window.from).map(({ agent, track, open, next, start }) => ({
      ...{ agent, track, start, until: end?.at ?? 0 },
      ...{ first: open === null ? next : next - 1, below: end?.before.tracks[track]?.next ?? 0 },
    })),
  );
  const rows = await sql.all<OldInterval>(
    `WITH ${givenTable(sql.dialect, 'asked', columns)}
     SELECT one.agent, one.track, one.series, one.start_at, one.ordinal, one.end_at, one.uncertain_from,
       one.inferred, one.end_event, one.end_event_at, one.ended_by
     FROM asked CROSS JOIN status_interval AS one
     WHERE one.agent = asked.agent AND one.track = asked.track AND one.start_at >= asked.start
       AND one.start_at <= asked.until AND one.ordinal >= asked.first AND one.ordinal < asked.below`,
    [givenRows(asked)],
  );
  for (const row of rows) old.get(row.agent)?.push(row);
  return old;
}

const LATER_INTERVALS: readonly SqlCondition[] = [
  ['agent', '='],
  ['track', '='],
  ['start_at', '>='],
  ['ordinal', '>='],
];
const INTERVAL: readonly SqlCondition[] = [
  ['series', '='],
  ['start_at', '='],
  ['ordinal', '='],
];

async function removeIntervals(
  sql: Sql,
  refolds: readonly Refold[],
  old: ReadonlyMap<number, readonly OldInterval[]>,
): Promise<void> {
  const [later, between]: [SqlRow[], SqlRow[]] = [[], []];
  for (const { window, settled } of refolds) {
    for (const { agent, track, start, next } of cuts(window.from)) {
      if (settled === null) later.push([agent, track, start, next]);
      for (const row of old.get(agent) ?? []) {
        if (row.track === track && row.ordinal >= next) between.push([row.series, row.start_at, row.ordinal]);
      }
    }
  }
  await sql.remove('status_interval', LATER_INTERVALS, later);
  await sql.remove('status_interval', INTERVAL, between);
}

const END = ['end_at', 'uncertain_from', 'end_event', 'end_event_at', 'ended_by'] as const;

async function reopen(sql: Sql, refolds: readonly Refold[]): Promise<void> {
  const rows: SqlRow[] = refolds.flatMap(({ window }) =>
    cuts(window.from).flatMap(({ agent, track, open, start, next }) =>
      open === null ? [] : [[null, null, null, null, null, agent, track, start, next - 1]],
    ),
  );
  await sql.update('status_interval', END, ['agent', 'track', 'start_at', 'ordinal'], rows);
}

const FINDS = {
  gap: ['agent', 'at', 'event', 'track'],
  chain_break: ['agent', 'at', 'event'],
  attribute: ['agent', 'attribute', 'at', 'n'],
} as const;

async function removeFinds(sql: Sql, refolds: readonly Refold[]): Promise<void> {
  const asked = refolds.map(({ window, settled }) => ({
    ...{ agent: window.record.agent, after: window.from.at },
    until: settled?.at ?? Number.MAX_SAFE_INTEGER,
  }));
  const given = givenTable(sql.dialect, 'asked', { agent: 'BIGINT', after: 'BIGINT', until: 'BIGINT' });
  for (const [table, key] of Object.entries(FINDS)) {
    const rows = await sql.all<Readonly<Record<string, string | number>>>(
      `WITH ${given} SELECT ${key.map((column) => `one.${column}`).join(', ')} FROM asked CROSS JOIN ${table} AS one
       WHERE one.agent = asked.agent AND one.at > asked.after AND one.at <= asked.until`,
      [givenRows(asked)],
    );
    const found = rows.map((row) => key.map((column) => row[column] ?? null));
    await sql.remove(
      table,
      key.map((column) => [column, '='] as const),
      found,
    );
  }
}

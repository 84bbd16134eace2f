// The intervals of a window, read once, series by series as they are kept: for many short pieces of time, where look-ups
// would find the same few intervals again and again.
import type { FiguresQuery } from '@libs/domain';
import type { Sql } from '../../sql.js';
import { trackNumber } from '../../writer/agent-record.js';
import { NO_AGENT, onlyKeys, paddedLists, places } from './padded-lists.js';

export interface ScannedInterval {
  readonly agent: number;
  readonly key: string;
  readonly start_at: number;
  readonly end_at: number | null;
  readonly uncertain_from: number | null;
  readonly inferred: number;
}

type Asked = Pick<FiguresQuery, 'track' | 'keys'>;

/** An interval costs its row; a look-up costs two descents of the index, measured as about so many rows. */
const ROWS_A_LOOK_UP = 3;

/** Those whose intervals in the window cost less than the look-ups that the pieces between the instants would take. */
export async function agentsToScan(
  sql: Sql,
  agents: readonly number[],
  instants: readonly number[],
  { track, keys }: Asked,
): Promise<Set<number>> {
  const number = trackNumber(track);
  const ordinalBefore = `coalesce((SELECT ordinal FROM status_interval AS one
    WHERE one.agent = agent.agent AND one.track = ? AND one.start_at < ?
    ORDER BY one.start_at DESC, one.ordinal DESC LIMIT 1), -1)`;
  const cheaper = new Set<number>();
  for (const { list } of paddedLists(agents, NO_AGENT)) {
    const rows = await sql.all<{ agent: number; first: number; last: number; series: number }>(
      `SELECT agent.agent, ${ordinalBefore} AS first, ${ordinalBefore} AS last,
         (SELECT count(*) FROM series WHERE series.agent = agent.agent AND series.track = ?) AS series
       FROM agent WHERE agent.agent IN (${places(list)})`,
      [number, instants[0] ?? 0, number, instants.at(-1) ?? 0, number, ...list],
    );
    for (const { agent, first, last, series } of rows) {
      const read = Math.min(series, keys?.length ?? series);
      const lookUps = read * (instants.length - 1);
      if ((last - first) / ROWS_A_LOOK_UP + read < lookUps) cheaper.add(agent);
    }
  }
  return cheaper;
}

/** Those that start in `[from, to)`, and of each series the last that starts before; in no order. */
export async function scanIntervals(
  sql: Sql,
  agents: readonly number[],
  { from, to }: { readonly from: number; readonly to: number },
  { track, keys }: Asked,
): Promise<ScannedInterval[]> {
  const found: ScannedInterval[] = [];
  for (const { list } of paddedLists(agents, NO_AGENT)) {
    const rows = await sql.all<ScannedInterval>(
      `SELECT series.agent, series.key, one.start_at, one.end_at, one.uncertain_from, one.inferred
       FROM series CROSS JOIN status_interval AS one
       WHERE series.agent IN (${places(list)}) AND series.track = ? ${onlyKeys(keys)}
         AND one.series = series.series AND one.start_at < ? AND one.start_at >= coalesce((
           SELECT carried.start_at FROM status_interval AS carried
           WHERE carried.series = series.series AND carried.start_at < ?
           ORDER BY carried.start_at DESC, carried.ordinal DESC LIMIT 1), ?)`,
      [...list, trackNumber(track), ...(keys ?? []), to, from, from],
    );
    for (const row of rows) found.push(row);
  }
  return found;
}

// The last interval of each series before each of a list of instants, by look-ups or by a scan of the window.
import type { FiguresQuery } from '@libs/domain';
import { joinLastInterval } from '../../last-interval.js';
import type { Dialect, Sql } from '../../sql.js';
import { trackNumber } from '../../writer/agent-record.js';
import { NO_AGENT, paddedLists, places } from './padded-lists.js';

/** An interval, and for which instants (`cut` to `until`, by index) it is the last of its series to start before. */
export interface LastInterval {
  readonly agent: number;
  readonly key: string;
  cut: number;
  until: number;
  readonly start_at: number;
  readonly end_at: number | null;
  readonly uncertain_from: number | null;
  readonly inferred: number;
  readonly sum_ms: number;
  readonly sum_entries: number;
  readonly sum_uncertain: number;
  readonly sum_inferred: number;
}

type Asked = Pick<FiguresQuery, 'track' | 'keys'>;

const COLUMNS = `start_at, end_at, uncertain_from, inferred, sum_ms, sum_entries, sum_uncertain, sum_inferred`;

/** No interval starts before it. */
const BEFORE_EVERYTHING = Number.MIN_SAFE_INTEGER;

/** By agent; one row an instant and series. */
export async function lookUpLastIntervals(
  sql: Sql,
  agents: readonly number[],
  instants: readonly number[],
  { track, keys }: Asked,
): Promise<Map<number, LastInterval[]>> {
  const byAgent = new Map<number, LastInterval[]>();
  const lists = [...paddedLists(agents, NO_AGENT)];
  for (const { list: times, offset } of paddedLists(instants, BEFORE_EVERYTHING)) {
    for (const { list } of lists) {
      const rows = await sql.all<LastInterval>(lookUpStatement(sql.dialect, times, list, keys), [
        ...[...times, ...list, trackNumber(track), ...(keys ?? [])],
      ]);
      for (const row of rows) {
        row.cut += offset;
        row.until = row.cut;
        addTo(byAgent, row);
      }
    }
  }
  return byAgent;
}

function lookUpStatement(
  dialect: Dialect,
  times: readonly number[],
  agents: readonly number[],
  keys: readonly string[] | undefined,
): string {
  return `WITH cut (cut, t) AS (VALUES ${times.map((_, index) => `(${index}, CAST(? AS BIGINT))`).join(', ')})
    SELECT series.agent, series.key, cut.cut, ${COLUMNS.replace(/(\w+)/g, 'last.$1')}
    FROM series CROSS JOIN cut ${joinLastInterval(dialect, 'JOIN', 'cut.t')}
    WHERE series.agent IN (${places(agents)}) AND series.track = ? ${onlyKeys(keys)}`;
}

/** Those whose intervals in the window are fewer than the look-ups that the instants would take. */
export async function agentsToScan(
  sql: Sql,
  agents: readonly number[],
  instants: readonly number[],
  { track, keys }: Asked,
): Promise<number[]> {
  const number = trackNumber(track);
  const ordinalBefore = `coalesce((SELECT ordinal FROM status_interval AS one
    WHERE one.agent = agent.agent AND one.track = ? AND one.start_at < ?
    ORDER BY one.start_at DESC, one.ordinal DESC LIMIT 1), -1)`;
  const cheaper: number[] = [];
  for (const { list } of paddedLists(agents, NO_AGENT)) {
    const rows = await sql.all<{ agent: number; first: number; last: number; series: number }>(
      `SELECT agent.agent, ${ordinalBefore} AS first, ${ordinalBefore} AS last,
         (SELECT count(*) FROM series WHERE series.agent = agent.agent AND series.track = ?) AS series
       FROM agent WHERE agent.agent IN (${places(list)})`,
      [number, instants[0] ?? 0, number, instants.at(-1) ?? 0, number, ...list],
    );
    for (const { agent, first, last, series } of rows) {
      const lookUps = Math.min(series, keys?.length ?? series) * instants.length;
      if (last - first + series < lookUps) cheaper.push(agent);
    }
  }
  return cheaper;
}

/** By agent; one row an interval that is the last of its series before any of the instants. */
export async function scanIntervals(
  sql: Sql,
  agents: readonly number[],
  instants: readonly number[],
  asked: Asked,
): Promise<Map<number, LastInterval[]>> {
  const [from = 0, to = 0] = [instants[0], instants.at(-1)];
  const byAgent = await lookUpLastIntervals(sql, agents, [from], asked);
  for (const { list } of paddedLists(agents, NO_AGENT)) {
    const rows = await sql.all<LastInterval>(
      `SELECT series.agent, series.key, 0 AS cut, ${COLUMNS}
       FROM status_interval JOIN series ON series.series = status_interval.series
       WHERE status_interval.agent IN (${places(list)}) AND status_interval.track = ?
         AND start_at >= ? AND start_at < ? ${onlyKeys(asked.keys)}
       ORDER BY status_interval.agent, start_at, ordinal`,
      [...list, trackNumber(asked.track), from, to, ...(asked.keys ?? [])],
    );
    for (const row of rows) addTo(byAgent, row);
  }
  for (const rows of byAgent.values()) placeAtInstants(rows, instants);
  return byAgent;
}

/** Rows in timeline order, those that start before the first instant first. */
function placeAtInstants(rows: LastInterval[], instants: readonly number[]): void {
  const lastOfKey = new Map<string, LastInterval>();
  let cut = 0;
  for (const row of rows) {
    while (cut < instants.length && (instants[cut] ?? 0) <= row.start_at) cut += 1;
    row.cut = cut;
    row.until = instants.length - 1;
    const before = lastOfKey.get(row.key);
    if (before) before.until = cut - 1;
    lastOfKey.set(row.key, row);
  }
}

function onlyKeys(keys: readonly string[] | undefined): string {
  return keys ? `AND series.key IN (${places(keys)})` : '';
}

function addTo(byAgent: Map<number, LastInterval[]>, row: LastInterval): void {
  const own = byAgent.get(row.agent);
  if (own) own.push(row);
  else byAgent.set(row.agent, [row]);
}

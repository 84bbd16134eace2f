// What each series had in each piece of time between two instants, from prefix sums: a look-up or two a series and piece,
// however long the piece. Only what had something crosses from the database, which costs as much as finding it.
import type { FiguresQuery } from '@libs/domain';
import { joinLastInterval } from '../../last-interval.js';
import type { Dialect, Sql } from '../../sql.js';
import { trackNumber } from '../../writer/agent-record.js';
import { NO_AGENT, onlyKeys, paddedLists, places } from './padded-lists.js';

export interface PieceRow {
  readonly agent: number;
  readonly key: string;
  /** Piece i is `[instants[i], instants[i + 1])`. */
  piece: number;
  readonly ms: number;
  readonly entries: number;
  readonly uncertain: number;
  readonly inferred: number;
  /** The start of the interval that goes on at the piece's end, if it has no end or one after asOf. */
  readonly open_start: number | null;
}

/** No interval starts before it. */
const BEFORE_EVERYTHING = Number.MIN_SAFE_INTEGER;

/** Of some agents, in no order. Pieces without an overlap or entry are left out. */
export async function lookUpPieces(
  sql: Sql,
  agents: readonly number[],
  instants: readonly number[],
  { track, keys, asOf }: Pick<FiguresQuery, 'track' | 'keys' | 'asOf'>,
): Promise<PieceRow[]> {
  const found: PieceRow[] = [];
  const lists = [...paddedLists(agents, NO_AGENT)];
  for (const { list: ends, offset } of paddedLists(instants.slice(1), BEFORE_EVERYTHING)) {
    const bounds = ends.flatMap((end, piece) => [Math.min(end, instants[offset + piece] ?? end), end]);
    for (const { list } of lists) {
      const rows = await sql.all<PieceRow>(lookUpStatement(sql.dialect, ends.length, list, keys), [
        ...[...bounds, asOf, ...list, trackNumber(track), ...(keys ?? [])],
      ]);
      for (const row of rows) {
        row.piece += offset;
        found.push(row);
      }
    }
  }
  return found;
}

/** Takes both bounds of every piece, asOf, the agents, the track and the keys. */
export function lookUpStatement(
  dialect: Dialect,
  pieces: number,
  agents: readonly unknown[],
  keys: readonly string[] | undefined,
): string {
  const values = Array.from({ length: pieces }, (_, piece) => {
    return `(${piece}, CAST(? AS BIGINT), CAST(? AS BIGINT))`;
  });
  const at = sumsBefore('last', 'piece.t1');
  const before = sumsBefore('earliest', 'piece.t0');
  const between = (sum: keyof typeof at): string => `${at[sum]} - coalesce(${before[sum]}, 0) AS ${sum}`;
  return `WITH piece (piece, t0, t1) AS (VALUES ${values.join(', ')})
    SELECT series.agent, series.key, piece.piece, ${between('ms')}, ${between('entries')},
      ${between('uncertain')}, ${between('inferred')},
      CASE WHEN last.end_at <= CAST(? AS BIGINT) THEN NULL ELSE last.start_at END AS open_start
    FROM series CROSS JOIN piece
    ${joinLastInterval(dialect, { as: 'last', join: 'JOIN', before: 'piece.t1' })}
    ${joinLastInterval(dialect, { as: 'earliest', join: 'LEFT JOIN', before: 'piece.t0' })}
    WHERE series.agent IN (${places(agents)}) AND series.track = ? ${onlyKeys(keys)}
      AND (last.end_at IS NULL OR last.end_at > piece.t0 OR last.start_at >= piece.t0)`;
}

/** The sums of a series before an instant, by the last interval that starts before it. */
function sumsBefore(last: string, t: string) {
  const end = `CASE WHEN ${last}.end_at < ${t} THEN ${last}.end_at ELSE ${t} END`;
  return {
    ms: `(${last}.sum_ms + ${end} - ${last}.start_at)`,
    entries: `(${last}.sum_entries + 1)`,
    uncertain: `(${last}.sum_uncertain
      + CASE WHEN ${last}.uncertain_from < ${end} THEN ${end} - ${last}.uncertain_from ELSE 0 END)`,
    inferred: `(${last}.sum_inferred + ${last}.inferred * (${end} - ${last}.start_at))`,
  };
}

// The look-up behind every prefix sum: the last interval of a series, or the last that starts before an instant. One
// descent of the index each, in either dialect's own words: PostgreSQL would read the whole series for SQLite's.
import type { Dialect } from './sql.js';

/**
 * Joins that interval as `last` to a row of `series`. `before` names the instant, if there is one, and `below` an ordinal
 * that intervals are to stay below.
 */
export function joinLastInterval(
  dialect: Dialect,
  join: 'JOIN' | 'LEFT JOIN',
  before: string | null = null,
  below: string | null = null,
): string {
  const earlier = `FROM status_interval AS earlier
    WHERE earlier.series = series.series ${before === null ? '' : `AND earlier.start_at < ${before}`}
      ${below === null ? '' : `AND earlier.ordinal < ${below}`}
    ORDER BY earlier.start_at DESC, earlier.ordinal DESC LIMIT 1`;
  switch (dialect) {
    case 'sqlite':
      return `${join} status_interval AS last ON last.series = series.series
        AND (last.start_at, last.ordinal) = (SELECT earlier.start_at, earlier.ordinal ${earlier})`;
    case 'postgres':
      return `${join} LATERAL (SELECT earlier.* ${earlier}) AS last ON TRUE`;
    default:
      throw new Error(`no such dialect: ${String(dialect satisfies never)}`);
  }
}

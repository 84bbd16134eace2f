// The look-up behind every prefix sum: the last interval of a series, or the last that starts before an instant. One
// descent of the index each, in either dialect's own words: PostgreSQL would read the whole series for SQLite's.
import type { Dialect } from './sql.js';

export interface LastIntervalJoin {
  /** What the statement calls that interval. */
  readonly as: string;
  readonly join: 'JOIN' | 'LEFT JOIN';
  /** Names the instant, if there is one. */
  readonly before?: string;
  /** Names an ordinal that intervals are to stay below. */
  readonly below?: string;
}

/** Joins that interval to a row of `series`. */
export function joinLastInterval(
  dialect: Dialect,
  { as: name, join, before, below }: LastIntervalJoin,
): string {
  const earlier = `FROM status_interval AS earlier
    WHERE earlier.series = series.series ${before === undefined ? '' : `AND earlier.start_at < ${before}`}
      ${below === undefined ? '' : `AND earlier.ordinal < ${below}`}
    ORDER BY earlier.start_at DESC, earlier.ordinal DESC LIMIT 1`;
  switch (dialect) {
    case 'sqlite':
      return `${join} status_interval AS ${name} ON ${name}.series = series.series
        AND (${name}.start_at, ${name}.ordinal) = (SELECT earlier.start_at, earlier.ordinal ${earlier})`;
    case 'postgres':
      return `${join} LATERAL (SELECT earlier.* ${earlier}) AS ${name} ON TRUE`;
    default:
      throw new Error(`no such dialect: ${String(dialect satisfies never)}`);
  }
}

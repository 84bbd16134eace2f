// Where a report's buckets begin and end in a zone (semantics §6.7), on days of 23, 24, 25 h and none at all.
// Below a day clocks decide: a repeated hour is two buckets. From a day up the calendar does: a period begins once.
import { QueryTooLargeError } from './report-errors.js';
import { offsetSegments, type OffsetSegment } from './zone-offsets.js';

export const BUCKET_UNITS = ['15m', '30m', '1h', '1d', '1w', '1mo'] as const;
export type BucketUnit = (typeof BUCKET_UNITS)[number];

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const MONDAY_SHIFT_DAYS = 3; // 1970-01-01 was a Thursday
/** A local period can have begun this long before `from` and begin "again" after it, when clocks were set back. */
const LOOK_BACK_MS = 3 * DAY_MS;

/** Periods of local time, numbered in order; `startOf` is the local ms since the epoch at which one begins. */
interface Calendar {
  periodOf(localMs: number): number;
  startOf(period: number): number;
}

/**
 * The edges of the buckets of `[from, to)`, strictly increasing, the first `from` and the last `to`, in UTC epoch ms.
 * Throws QueryTooLargeError if they are more than `maxBuckets`.
 */
export function bucketEdges(
  window: { readonly from: number; readonly to: number },
  unit: BucketUnit,
  zone: string,
  maxBuckets = 1_000_000,
): number[] {
  const { from, to } = window;
  if (from >= to) return [from];
  if ((to - from) / longestOf(unit) > maxBuckets) throw new QueryTooLargeError('buckets', maxBuckets);
  const edges = [from];
  const add = (edge: number): void => {
    if (edge <= from) return;
    edges.push(edge);
    if (edges.length > maxBuckets) throw new QueryTooLargeError('buckets', maxBuckets);
  };
  switch (unit) {
    case '15m':
      addClockEdges(offsetSegments(zone, from, to), 15 * MINUTE_MS, add);
      break;
    case '30m':
      addClockEdges(offsetSegments(zone, from, to), 30 * MINUTE_MS, add);
      break;
    case '1h':
      addClockEdges(offsetSegments(zone, from, to), HOUR_MS, add);
      break;
    case '1d':
      addCalendarEdges(offsetSegments(zone, from - LOOK_BACK_MS, to), DAYS, add);
      break;
    case '1w':
      addCalendarEdges(offsetSegments(zone, from - LOOK_BACK_MS, to), WEEKS, add);
      break;
    case '1mo':
      addCalendarEdges(offsetSegments(zone, from - LOOK_BACK_MS, to), MONTHS, add);
      break;
    default:
      return unknownUnit(unit);
  }
  edges.push(to);
  return edges;
}

function addClockEdges(
  segments: readonly OffsetSegment[],
  length: number,
  add: (edge: number) => void,
): void {
  for (const { start, end, offset } of segments) {
    add(start);
    const first = Math.ceil((start + offset) / length) * length - offset;
    for (let edge = first === start ? first + length : first; edge < end; edge += length) add(edge);
  }
}

function addCalendarEdges(
  segments: readonly OffsetSegment[],
  calendar: Calendar,
  add: (edge: number) => void,
): void {
  let seen: number | undefined;
  for (const { start, end, offset } of segments) {
    const first = calendar.periodOf(start + offset);
    seen ??= first;
    // Clocks that jump over the beginning of a period begin it where they land; what they jump over whole, never.
    if (first > seen) {
      seen = first;
      add(start);
    }
    for (;;) {
      const edge = calendar.startOf(seen + 1) - offset;
      if (edge >= end) break;
      seen++;
      add(edge);
    }
  }
}

const DAYS: Calendar = {
  periodOf: (local) => Math.floor(local / DAY_MS),
  startOf: (day) => day * DAY_MS,
};

const WEEKS: Calendar = {
  periodOf: (local) => Math.floor((Math.floor(local / DAY_MS) + MONDAY_SHIFT_DAYS) / 7),
  startOf: (week) => (week * 7 - MONDAY_SHIFT_DAYS) * DAY_MS,
};

const MONTHS: Calendar = {
  periodOf: (local) => {
    const date = new Date(local);
    return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
  },
  startOf: (month) =>
    new Date(0).setUTCFullYear(1970 + Math.floor(month / 12), month - Math.floor(month / 12) * 12, 1),
};

function longestOf(unit: BucketUnit): number {
  switch (unit) {
    case '15m':
      return 15 * MINUTE_MS;
    case '30m':
      return 30 * MINUTE_MS;
    case '1h':
      return HOUR_MS;
    case '1d':
      return 2 * DAY_MS;
    case '1w':
      return 8 * DAY_MS;
    case '1mo':
      return 32 * DAY_MS;
    default:
      return unknownUnit(unit);
  }
}

function unknownUnit(unit: never): never {
  throw new Error(`no such bucket: ${String(unit)}`);
}

// The forms in which times are seen in payloads, as JSON. Attributes are strings of whole seconds, the wrapper's stamp is
// a number or a numeric string.
import { DAY, SECOND } from './units.js';

/** An instant (UTC epoch ms, whole seconds) as a JSON string. */
export type WriteTime = (at: number) => string;

const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));
const KEPT_DATES = 10_000;
const dates = new Map<number, string>();

function dateOf(day: number): string {
  const known = dates.get(day);
  if (known !== undefined) return known;
  if (dates.size >= KEPT_DATES) dates.clear();
  const date = new Date(day * DAY).toISOString().slice(0, 10);
  dates.set(day, date);
  return date;
}

/** `2022-08-30`, the separator, `08:05:50`. */
function written(at: number, separator: string): string {
  const day = Math.floor(at / DAY);
  const second = Math.floor((at - day * DAY) / SECOND);
  const hours = TWO_DIGITS[Math.floor(second / 3_600)] ?? '';
  const minutes = TWO_DIGITS[Math.floor(second / 60) % 60] ?? '';
  return `${dateOf(day)}${separator}${hours}:${minutes}:${TWO_DIGITS[second % 60] ?? ''}`;
}

const INDIA = 19_800_000;

export const TIME_FORMS: readonly [WriteTime, ...WriteTime[]] = [
  (at) => `"${written(at, ' ')} UTC"`,
  (at) => `"${written(at, 'T')}Z"`,
  (at) => `"${written(at, 'T')}.000Z"`,
  (at) => `"${written(at + INDIA, 'T')}+05:30"`,
];

export const STAMP_FORMS: readonly [WriteTime, ...WriteTime[]] = [
  (at) => String(at / SECOND),
  (at) => String(at / SECOND + 0.25),
  (at) => String(at),
  (at) => `"${at / SECOND}"`,
  (at) => `"${at}"`,
];

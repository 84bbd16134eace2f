// Reads every form of time the source writes (semantics §1) as UTC epoch milliseconds, finer parts cut off. It must
// never accept a date that does not exist, and never go by way of binary fractions.
import type { Json } from './agent-updated.js';

/** Numbers below this are seconds, others milliseconds. */
const FIRST_MILLISECONDS = 1e11;
const SECONDS_DIGITS = 11;

const ZERO = 0x30;
const NINE = 0x39;
const MINUS = 0x2d;
const PLUS = 0x2b;
const DOT = 0x2e;
const COLON = 0x3a;
const SPACE = 0x20;
const T = 0x54;
const Z = 0x5a;

/** Epoch ms; undefined if it is not a time, as a number beyond a double is not. */
export function readTime(value: Json | undefined): number | undefined {
  const time =
    typeof value === 'string' ? readText(value) : typeof value === 'number' ? readNumber(value) : undefined;
  return time !== undefined && Number.isFinite(time) ? time : undefined;
}

function readNumber(value: number): number {
  if (value >= FIRST_MILLISECONDS) return Math.trunc(value);
  if (Number.isInteger(value) || !Number.isFinite(value)) return value * 1000;
  if (Math.abs(value) < 0.001) return 0;
  const text = String(value);
  const dot = text.indexOf('.');
  return Number(text.slice(0, dot) + milliseconds(text, dot + 1));
}

function readText(text: string): number | undefined {
  const digits = endOfDigits(text, 0);
  if (digits === 4 && text.charCodeAt(4) === MINUS) return readDate(text);
  if (digits === 0) return undefined;
  if (digits < text.length && !isFraction(text, digits, text.length)) return undefined;
  return readNumeric(text, digits);
}

function readNumeric(text: string, dot: number): number {
  let first = 0;
  while (first < dot - 1 && text.charCodeAt(first) === ZERO) first++;
  const whole = text.slice(first, dot);
  return whole.length > SECONDS_DIGITS ? Number(whole) : Number(whole + milliseconds(text, dot + 1));
}

/** `YYYY-MM-DD HH:MM:SS UTC` or `YYYY-MM-DDTHH:MM[:SS[.f…]]` with a zone or nothing. */
function readDate(text: string): number | undefined {
  const separator = text.charCodeAt(10);
  if (text.charCodeAt(7) !== MINUS || text.charCodeAt(13) !== COLON) return undefined;
  const day = daysSinceEpoch(
    twoDigits(text, 0) * 100 + twoDigits(text, 2),
    twoDigits(text, 5),
    twoDigits(text, 8),
  );
  const minute = minuteOfDay(twoDigits(text, 11), twoDigits(text, 14));
  const start = day * 86_400_000 + minute * 60_000;
  if (Number.isNaN(start)) return undefined;

  const hasSeconds = text.charCodeAt(16) === COLON;
  const second = hasSeconds ? twoDigits(text, 17) : 0;
  if (!(second < 60)) return undefined;
  if (separator === SPACE) {
    return hasSeconds && text.length === 23 && text.endsWith(' UTC') ? start + second * 1000 : undefined;
  }
  if (separator !== T) return undefined;

  let zoneAt = hasSeconds ? 19 : 16;
  let fraction = 0;
  if (hasSeconds && text.charCodeAt(19) === DOT) {
    zoneAt = endOfDigits(text, 20);
    if (zoneAt === 20) return undefined;
    fraction = Number(milliseconds(text, 20));
  }
  const offset = readOffset(text, zoneAt);
  return offset === undefined ? undefined : start + second * 1000 + fraction - offset * 60_000;
}

/** Minutes east of UTC: `Z`, `±HH:MM`, `±HHMM` or the end of the text. */
function readOffset(text: string, from: number): number | undefined {
  const length = text.length - from;
  const sign = text.charCodeAt(from);
  if (length === 0 || (length === 1 && sign === Z)) return 0;
  const colon = length === 6 && text.charCodeAt(from + 3) === COLON ? 1 : 0;
  if (length !== 5 + colon || (sign !== PLUS && sign !== MINUS)) return undefined;
  const minutes = minuteOfDay(twoDigits(text, from + 1), twoDigits(text, from + 3 + colon));
  if (Number.isNaN(minutes)) return undefined;
  return sign === MINUS ? -minutes : minutes;
}

/** NaN for a time of day that does not exist. */
function minuteOfDay(hour: number, minute: number): number {
  return hour < 24 && minute < 60 ? hour * 60 + minute : NaN;
}

/** NaN for a date that does not exist (proleptic Gregorian). Counts in years that begin in March. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month))) return NaN;
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** NaN unless both characters are digits. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO;
  const ones = text.charCodeAt(at + 1) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}

function isFraction(text: string, dot: number, end: number): boolean {
  return text.charCodeAt(dot) === DOT && end > dot + 1 && endOfDigits(text, dot + 1) === end;
}

function endOfDigits(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) >= ZERO && text.charCodeAt(at) <= NINE) at++;
  return at;
}

/** The first three digits of the run at `from`, filled up with zeros. */
function milliseconds(text: string, from: number): string {
  return text.slice(from, Math.min(from + 3, endOfDigits(text, from))).padEnd(3, '0');
}

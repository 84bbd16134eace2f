// Instants at the edge: ISO 8601 with an offset, real dates only; inside, UTC epoch milliseconds.
import { z } from 'zod';

/** The `+` of an offset that was not escaped in a query arrives as a space, and can be nothing else there. */
const INSTANT =
  /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?(?:Z|([+\- ])(\d{2}):?(\d{2}))$/;
const MINUTE_MS = 60_000;

/** Epoch ms of an instant, finer parts cut off; null for anything else, also for a date that does not exist. */
export function parseInstant(text: string): number | null {
  const match = INSTANT.exec(text);
  if (match === null) return null;
  const [
    ,
    date = '',
    hour = '',
    minute = '',
    second = '00',
    fraction = '',
    sign,
    offsetHours = '0',
    offsetMinutes = '0',
  ] = match;
  const local = `${date}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}Z`;
  const ms = Date.parse(local);
  if (Number.isNaN(ms) || new Date(ms).toISOString() !== local) return null;
  if (Number(offsetHours) > 23 || Number(offsetMinutes) > 59) return null;
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * MINUTE_MS;
  return sign === '-' ? ms + offset : ms - offset;
}

/** A query parameter that is an instant; gives epoch ms. */
export const zInstant = z
  .string()
  .transform((text, context): number => {
    const ms = parseInstant(text);
    if (ms !== null) return ms;
    context.addIssue({
      code: 'custom',
      message: 'must be an ISO 8601 time with an offset, such as 2026-03-02T09:00:00Z',
    });
    return z.NEVER;
  })
  .meta({ format: 'date-time', description: 'ISO 8601 with an offset (Z or ±HH:MM)' });

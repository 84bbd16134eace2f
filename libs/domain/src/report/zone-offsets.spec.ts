import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { localClock } from './testing/local-clock.js';
import { formatInstant, offsetAt, offsetSegments } from './zone-offsets.js';

const HOUR = 3_600_000;
const at = (text: string): number => Date.parse(text);

describe('offsetSegments', () => {
  it('changes where the clocks do', () => {
    expect(offsetSegments('Europe/Berlin', at('2025-03-01T00:00Z'), at('2025-11-01T00:00Z'))).toEqual([
      { start: at('2025-03-01T00:00Z'), end: at('2025-03-30T01:00Z'), offset: HOUR },
      { start: at('2025-03-30T01:00Z'), end: at('2025-10-26T01:00Z'), offset: 2 * HOUR },
      { start: at('2025-10-26T01:00Z'), end: at('2025-11-01T00:00Z'), offset: HOUR },
    ]);
  });

  it('begins and ends on a change without an empty segment', () => {
    const [start, end] = [at('2025-03-30T01:00Z'), at('2025-10-26T01:00Z')];
    expect(offsetSegments('Europe/Berlin', start, end)).toEqual([{ start, end, offset: 2 * HOUR }]);
    expect(offsetSegments('Europe/Berlin', start, start)).toEqual([]);
  });

  it('knows a half hour of daylight saving and a day that was skipped', () => {
    expect(offsetAt('Australia/Lord_Howe', at('2025-01-01T00:00Z'))).toBe(11 * HOUR);
    expect(offsetAt('Australia/Lord_Howe', at('2025-07-01T00:00Z'))).toBe(10.5 * HOUR);
    expect(offsetAt('Pacific/Apia', at('2011-12-30T09:59:59.999Z'))).toBe(-10 * HOUR);
    expect(offsetAt('Pacific/Apia', at('2011-12-30T10:00Z'))).toBe(14 * HOUR);
  });

  it('agrees with the clocks of Intl at any instant', () => {
    const zones = [
      'Europe/Berlin',
      'Africa/Cairo',
      'Africa/Casablanca',
      'America/Havana',
      'Asia/Gaza',
      'Asia/Tehran',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: at('2000-01-01T00:00Z') / 1000, max: at('2037-01-01T00:00Z') / 1000 }),
        (zone, seconds) => {
          expect(offsetAt(zone, seconds * 1000)).toBe(localClock(zone)(seconds * 1000) - seconds * 1000);
        },
      ),
      { numRuns: 2_000, seed: 11 },
    );
  });
});

describe('formatInstant', () => {
  it('writes milliseconds and the offset of the zone, Z for UTC', () => {
    const t = at('2025-07-01T10:20:30.045Z');
    expect(formatInstant(t, 'UTC')).toBe('2025-07-01T10:20:30.045Z');
    expect(formatInstant(t, 'Etc/UTC')).toBe('2025-07-01T10:20:30.045Z');
    expect(formatInstant(t, 'Europe/London')).toBe('2025-07-01T11:20:30.045+01:00');
    expect(formatInstant(t, 'Asia/Kathmandu')).toBe('2025-07-01T16:05:30.045+05:45');
    expect(formatInstant(t, 'America/New_York')).toBe('2025-07-01T06:20:30.045-04:00');
    expect(formatInstant(at('2025-01-01T00:00Z'), 'Europe/London')).toBe('2025-01-01T00:00:00.000+00:00');
  });

  it('tells the two passes of a repeated hour apart', () => {
    expect(formatInstant(at('2025-10-26T00:30Z'), 'Europe/Berlin')).toBe('2025-10-26T02:30:00.000+02:00');
    expect(formatInstant(at('2025-10-26T01:30Z'), 'Europe/Berlin')).toBe('2025-10-26T02:30:00.000+01:00');
  });

  it('still names the exact instant where an offset had seconds', () => {
    const t = at('1971-06-01T00:00Z');
    expect(Date.parse(formatInstant(t, 'Africa/Monrovia'))).toBe(t);
  });
});

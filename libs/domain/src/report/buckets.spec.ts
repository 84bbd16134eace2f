import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bucketEdges, BUCKET_UNITS, type BucketUnit } from './buckets.js';
import { QueryTooLargeError } from './report-errors.js';
import { localClock } from './testing/local-clock.js';
import { formatInstant } from './zone-offsets.js';

const MINUTE = 60_000;
const DAY = 86_400_000;
const at = (text: string): number => Date.parse(text);

function edgesIn(zone: string, unit: BucketUnit, from: string, to: string): string[] {
  return bucketEdges({ from: at(from), to: at(to) }, unit, zone).map((edge) => formatInstant(edge, zone));
}

describe('bucketEdges', () => {
  it('gives days of 23 and 25 hours', () => {
    expect(edgesIn('Europe/Berlin', '1d', '2025-03-29T00:00+01:00', '2025-04-01T00:00+02:00')).toEqual([
      '2025-03-29T00:00:00.000+01:00',
      '2025-03-30T00:00:00.000+01:00',
      '2025-03-31T00:00:00.000+02:00',
      '2025-04-01T00:00:00.000+02:00',
    ]);
    const [, start = 0, end = 0] = bucketEdges(
      { from: at('2025-11-01T04:00Z'), to: at('2025-11-04T05:00Z') },
      '1d',
      'America/New_York',
    );
    expect(end - start).toBe(25 * 60 * MINUTE);
  });

  it('makes two buckets of a repeated hour and none of a skipped one', () => {
    expect(edgesIn('Europe/Berlin', '1h', '2025-10-26T01:00+02:00', '2025-10-26T04:00+01:00')).toEqual([
      '2025-10-26T01:00:00.000+02:00',
      '2025-10-26T02:00:00.000+02:00',
      '2025-10-26T02:00:00.000+01:00',
      '2025-10-26T03:00:00.000+01:00',
      '2025-10-26T04:00:00.000+01:00',
    ]);
    expect(edgesIn('America/New_York', '1h', '2025-03-09T01:00-05:00', '2025-03-09T04:00-04:00')).toEqual([
      '2025-03-09T01:00:00.000-05:00',
      '2025-03-09T03:00:00.000-04:00',
      '2025-03-09T04:00:00.000-04:00',
    ]);
  });

  it("cuts Lord Howe's hours at its half hour of daylight saving", () => {
    expect(edgesIn('Australia/Lord_Howe', '1h', '2025-04-06T01:00+11:00', '2025-04-06T03:00+10:30')).toEqual([
      '2025-04-06T01:00:00.000+11:00',
      '2025-04-06T01:30:00.000+10:30',
      '2025-04-06T02:00:00.000+10:30',
      '2025-04-06T03:00:00.000+10:30',
    ]);
    expect(edgesIn('Australia/Lord_Howe', '1h', '2025-10-05T01:00+10:30', '2025-10-05T04:00+11:00')).toEqual([
      '2025-10-05T01:00:00.000+10:30',
      '2025-10-05T02:30:00.000+11:00',
      '2025-10-05T03:00:00.000+11:00',
      '2025-10-05T04:00:00.000+11:00',
    ]);
  });

  it("follows Kathmandu's quarter of an hour", () => {
    expect(edgesIn('Asia/Kathmandu', '1h', '2025-01-01T00:00Z', '2025-01-01T02:00Z')).toEqual([
      '2025-01-01T05:45:00.000+05:45',
      '2025-01-01T06:00:00.000+05:45',
      '2025-01-01T07:00:00.000+05:45',
      '2025-01-01T07:45:00.000+05:45',
    ]);
  });

  it.each([
    [
      'America/Sao_Paulo',
      '2018-11-03T12:00-03:00',
      '2018-11-04T12:00-02:00',
      '2018-11-04T01:00:00.000-02:00',
    ],
    ['Asia/Beirut', '2022-03-26T12:00+02:00', '2022-03-27T12:00+03:00', '2022-03-27T01:00:00.000+03:00'],
    ['Africa/Cairo', '2025-04-24T12:00+02:00', '2025-04-25T12:00+03:00', '2025-04-25T01:00:00.000+03:00'],
  ])('begins a day whose midnight is skipped in %s where the clocks land', (zone, from, to, edge) => {
    expect(edgesIn(zone, '1d', from, to)[1]).toBe(edge);
    expect(edgesIn(zone, '1d', from, to)).toHaveLength(3);
  });

  it('has no bucket for the day that Apia skipped, and a week of six days', () => {
    expect(edgesIn('Pacific/Apia', '1d', '2011-12-29T00:00-10:00', '2012-01-01T00:00+14:00')).toEqual([
      '2011-12-29T00:00:00.000-10:00',
      '2011-12-31T00:00:00.000+14:00',
      '2012-01-01T00:00:00.000+14:00',
    ]);
    const [start = 0, end = 0] = bucketEdges(
      { from: at('2011-12-26T00:00-10:00'), to: at('2012-01-02T00:00+14:00') },
      '1w',
      'Pacific/Apia',
    );
    expect(end - start).toBe(6 * DAY);
  });

  it("begins Havana's day once, though its midnight hour comes twice", () => {
    expect(edgesIn('America/Havana', '1d', '2025-11-01T12:00-04:00', '2025-11-03T12:00-05:00')).toEqual([
      '2025-11-01T12:00:00.000-04:00',
      '2025-11-02T00:00:00.000-04:00',
      '2025-11-03T00:00:00.000-05:00',
      '2025-11-03T12:00:00.000-05:00',
    ]);
    // From within the second pass, too: the day has begun before.
    expect(edgesIn('America/Havana', '1d', '2025-11-02T00:30-05:00', '2025-11-02T12:00-05:00')).toHaveLength(
      2,
    );
  });

  it('begins a day once where clocks at 00:01 go back into the day before', () => {
    expect(edgesIn('America/St_Johns', '1d', '2010-11-06T12:00-02:30', '2010-11-07T12:00-03:30')).toEqual([
      '2010-11-06T12:00:00.000-02:30',
      '2010-11-07T00:00:00.000-02:30',
      '2010-11-07T12:00:00.000-03:30',
    ]);
    expect(
      edgesIn('America/St_Johns', '1d', '2010-11-06T23:30-03:30', '2010-11-07T12:00-03:30'),
    ).toHaveLength(2);
  });

  it('begins weeks on Mondays and months on the first', () => {
    expect(edgesIn('Europe/Berlin', '1w', '2025-01-01T00:00+01:00', '2025-01-15T00:00+01:00')).toEqual([
      '2025-01-01T00:00:00.000+01:00',
      '2025-01-06T00:00:00.000+01:00',
      '2025-01-13T00:00:00.000+01:00',
      '2025-01-15T00:00:00.000+01:00',
    ]);
    expect(edgesIn('Asia/Kolkata', '1mo', '2024-01-31T00:00+05:30', '2024-03-01T00:00+05:30')).toEqual([
      '2024-01-31T00:00:00.000+05:30',
      '2024-02-01T00:00:00.000+05:30',
      '2024-03-01T00:00:00.000+05:30',
    ]);
  });

  it('refuses absurd counts before it makes them', () => {
    const window = { from: at('2000-01-01T00:00Z'), to: at('2030-01-01T00:00Z') };
    expect(() => bucketEdges(window, '15m', 'UTC')).toThrow(QueryTooLargeError);
    expect(() => bucketEdges(window, '1d', 'UTC', 10_000)).toThrow(QueryTooLargeError);
    expect(bucketEdges(window, '1d', 'UTC', 10_958)).toHaveLength(10_959);
  });

  const ZONES = [
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'America/Sao_Paulo',
    'Asia/Beirut',
    'Africa/Cairo',
    'Africa/Casablanca',
    'Pacific/Apia',
    'America/Havana',
    'America/St_Johns',
    'Atlantic/Azores',
    'Asia/Pyongyang',
    'UTC',
  ];
  const spans = fc
    .record({
      zone: fc.constantFrom(...ZONES),
      unit: fc.constantFrom(...BUCKET_UNITS),
      // Quarter hours of 2009 to 2026, moved off them now and then.
      start: fc.integer({
        min: at('2009-01-01T00:00Z') / (15 * MINUTE),
        max: at('2026-01-01T00:00Z') / (15 * MINUTE),
      }),
      shift: fc.constantFrom(0, 0, 1, 7 * MINUTE),
      days: fc.integer({ min: 1, max: 4 }),
    })
    .map(({ zone, unit, start, shift, days }) => {
      const long = unit === '1d' ? 20 : unit === '1w' ? 60 : unit === '1mo' ? 100 : 1;
      const from = start * 15 * MINUTE + shift;
      return { zone, unit, from, to: from + days * long * DAY };
    });

  it('finds below a day exactly the instants that the clocks tell', () => {
    const lengths: Partial<Record<BucketUnit, number>> = {
      '15m': 15 * MINUTE,
      '30m': 30 * MINUTE,
      '1h': 60 * MINUTE,
    };
    fc.assert(
      fc.property(spans, ({ zone, unit, from, to }) => {
        const length = lengths[unit];
        fc.pre(length !== undefined);
        const clock = localClock(zone);
        const expected = [from];
        let offset = clock(from) - from;
        // Every change of offset of these zones and years lies on a whole minute of UTC.
        for (let t = Math.floor(from / MINUTE + 1) * MINUTE; t < to; t += MINUTE) {
          const changed = clock(t) - t !== offset;
          if (changed) offset = clock(t) - t;
          if (changed || (t + offset) % length === 0) expected.push(t);
        }
        expect(bucketEdges({ from, to }, unit, zone)).toEqual([...expected, to]);
      }),
      { numRuns: 40, seed: 5 },
    );
  });

  it('finds from a day up exactly the first instants of the local periods', () => {
    const periods: Partial<Record<BucketUnit, (local: number) => number>> = {
      '1d': (local) => Math.floor(local / DAY),
      '1w': (local) => Math.floor((Math.floor(local / DAY) + 3) / 7),
      '1mo': (local) => new Date(local).getUTCFullYear() * 12 + new Date(local).getUTCMonth(),
    };
    fc.assert(
      fc.property(spans, ({ zone, unit, from, to }) => {
        const period = periods[unit];
        fc.pre(period !== undefined);
        const clock = localClock(zone);
        const step = 15 * MINUTE;
        const early = Math.floor(from / step) * step - 2 * DAY;
        const expected = [from];
        let seen = period(clock(early));
        for (let t = early; t < to; t += step) {
          if (period(clock(t)) <= seen) continue;
          seen = period(clock(t));
          // No day begins between quarters of an hour but where clocks change at a minute past.
          let first = t;
          while (period(clock(first - MINUTE)) === seen && first > t - step) first -= MINUTE;
          if (first > from) expected.push(first);
        }
        expect(bucketEdges({ from, to }, unit, zone)).toEqual([...expected, to]);
      }),
      { numRuns: 60, seed: 6 },
    );
  });
});

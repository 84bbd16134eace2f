import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readTime } from './read-time.js';

const MORNING = Date.UTC(2022, 7, 30, 8, 5, 50);

describe('readTime', () => {
  it.each([
    ['seconds', 1661846750, MORNING],
    ['seconds with a fraction', 1661846750.25, MORNING + 250],
    ['a fraction that binary multiplication would get wrong', 1661846750.001, MORNING + 1],
    ['finer parts, cut and not rounded', 1661846750.9999, MORNING + 999],
    ['milliseconds', 1661846750000, MORNING],
    ['milliseconds with a fraction', 1661846750123.9, MORNING + 123],
    ['the greatest second below the border', 99_999_999_999, 99_999_999_999_000],
    ['the border itself is milliseconds', 1e11, 1e11],
    ['a number before 1970', -1.5, -1500],
    ['a tiny number', 1e-7, 0],
    ['numeric text', '1661846750', MORNING],
    ['numeric text with a fraction', '1661846750.0019', MORNING + 1],
    ['numeric text in milliseconds', '1661846750123.9', MORNING + 123],
    ['numeric text with leading zeros', '0001661846750', MORNING],
    ['numeric text at the border', '100000000000', 1e11],
    ['numeric text of zeros', '000', 0],
    ['a fraction alone of a second', '0.5', 500],
    ['four digits are seconds', '2022', 2_022_000],
    ['the form of the attributes', '2022-08-30 08:05:50 UTC', MORNING],
    ['ISO with Z', '2022-08-30T08:05:50Z', MORNING],
    ['ISO without a zone is UTC', '2022-08-30T08:05:50', MORNING],
    ['ISO without seconds', '2022-08-30T08:05Z', MORNING - 50_000],
    ['ISO without seconds and zone', '2022-08-30T08:05', MORNING - 50_000],
    ['ISO with a fraction, cut', '2022-08-30T08:05:50.12999Z', MORNING + 129],
    ['ISO with one digit of fraction', '2022-08-30T08:05:50.1', MORNING + 100],
    ['ISO east of UTC', '2022-08-30T13:35:50+05:30', MORNING],
    ['ISO west of UTC without colon', '2022-08-30T03:05:50-0500', MORNING],
    ['a leap day', '2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['a leap day of a century', '2000-02-29 00:00:00 UTC', Date.UTC(2000, 1, 29)],
    ['the year 1', '0001-01-01T00:00:00Z', -62_135_596_800_000],
  ])('reads %s', (_name, value, expected) => {
    expect(readTime(value)).toBe(expected);
  });

  it.each([
    '', ' ', 'soon', '-5', '+5', '1e9', '1.', '.5', '1.5.5', '1 ', ' 1', '0x10', '١٦٦١٨٤٦٧٥٠',
    '2022-02-30 00:00:00 UTC', '2023-02-29T00:00Z', '1900-02-29T00:00Z', '2022-04-31T00:00Z', '2022-00-10T00:00Z',
    '2022-13-10T00:00Z', '2022-01-00T00:00Z', '2022-08-30T24:00:00Z', '2022-08-30T23:60:00Z', '2022-08-30T23:59:60Z',
    '2022-08-30', '2022-08-30 08:05:50', '2022-08-30 08:05 UTC', '2022-08-30 08:05:50.5 UTC', '2022-08-30 08:05:50  UTC',
    '2022-08-30 08:05:50 GMT', '2022-08-30 08:05:50Z', '2022-08-30T08:05:50 UTC', '2022-08-30t08:05:50z',
    '2022-08-30T08:05:50.Z', '2022-08-30T08:05.5Z', '2022-08-30T08:05:50,5Z', '2022-08-30T08:05:50+05', '2022-8-30T08:05Z',
    '2022-08-30T08:05:50+24:00', '2022-08-30T08:05:50+05:60', '2022-08-30T08:05:50+5:300', '2022-08-30T08:05:50Z ',
    '2022-08-30T08:05:50ZZ', '+002022-08-30T08:05:50Z', '12022-08-30T08:05:50Z', '2022-08-30T08:05:5Z', '2022-08-30T08',
  ])('does not read %j', (text) => {
    expect(readTime(text)).toBeUndefined();
  }); // prettier-ignore

  it.each([[null], [undefined], [true], [[]], [[1661846750]], [{}]])('does not read %j', (value) => {
    expect(readTime(value)).toBeUndefined();
  });

  it('takes a number beyond a double for no time', () => {
    expect(readTime(Number.POSITIVE_INFINITY)).toBeUndefined();
    expect(readTime('9'.repeat(400))).toBeUndefined();
  });

  it('reads every instant in every form alike', () => {
    const instant = fc.integer({ min: Date.UTC(100, 0, 1), max: Date.UTC(3000, 0, 1) });
    fc.assert(
      fc.property(instant, fc.integer({ min: -1439, max: 1439 }), (ms, offset) => {
        const iso = new Date(ms).toISOString();
        expect(readTime(iso)).toBe(ms);
        expect(readTime(`${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`)).toBe(Math.floor(ms / 1000) * 1000);
        const local = new Date(ms + offset * 60_000).toISOString().slice(0, -1);
        const size = Math.abs(offset);
        const zone = [Math.floor(size / 60), size % 60]
          .map((part) => String(part).padStart(2, '0'))
          .join(':');
        expect(readTime(`${local}${offset < 0 ? '-' : '+'}${zone}`)).toBe(ms);
      }),
      { seed: 20220830, numRuns: 300 },
    );
  });

  it('reads a date exactly if it exists', () => {
    const part = fc.integer({ min: 0, max: 99 });
    fc.assert(
      fc.property(fc.integer({ min: 1900, max: 2100 }), part, part, (year, month, day) => {
        const text = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}T00:00Z`;
        const date = new Date(Date.UTC(year, month - 1, day));
        const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && month > 0;
        expect(readTime(text)).toBe(exists ? date.getTime() : undefined);
      }),
      { seed: 20220831, numRuns: 1000 },
    );
  });

  it('cuts seconds by their decimal text', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4_000_000_000 }),
        fc.integer({ min: 0, max: 999 }),
        (second, ms) => {
          const text = `${second}.${String(ms).padStart(3, '0')}`;
          expect(readTime(Number(text))).toBe(second * 1000 + ms);
          expect(readTime(`${text}9`)).toBe(second * 1000 + ms);
        },
      ),
      { seed: 20220901, numRuns: 1000 },
    );
  });
});

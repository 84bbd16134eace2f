import { describe, expect, it } from '@jest/globals';
import { parseInstant } from './instant.js';

describe('parseInstant', () => {
  it.each([
    ['2026-03-02T09:00:00Z', Date.UTC(2026, 2, 2, 9)],
    ['2026-03-02T09:00Z', Date.UTC(2026, 2, 2, 9)],
    ['2026-03-02T09:00:00.1239Z', Date.UTC(2026, 2, 2, 9, 0, 0, 123)],
    ['2026-03-02T09:00:00.5Z', Date.UTC(2026, 2, 2, 9, 0, 0, 500)],
    ['2026-03-02T09:00:00+05:45', Date.UTC(2026, 2, 2, 3, 15)],
    ['2026-03-02T09:00:00 05:45', Date.UTC(2026, 2, 2, 3, 15)],
    ['2026-03-02T09:00:00-0330', Date.UTC(2026, 2, 2, 12, 30)],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
  ])('reads %s', (text, ms) => {
    expect(parseInstant(text)).toBe(ms);
  });

  it.each([
    ['2026-03-02T09:00:00', 'has no offset'],
    ['2026-03-02', 'has no time'],
    ['2026-02-29T00:00:00Z', 'is a day that does not exist'],
    ['2026-13-01T00:00:00Z', 'is a month that does not exist'],
    ['2026-03-02T24:00:00Z', 'is no time of day'],
    ['2026-03-02T23:59:60Z', 'is a leap second'],
    ['2026-03-02T09:00:00+24:00', 'is no offset'],
    ['2026-03-02T09:00:00+05:60', 'is no offset'],
    ['1772442000000', 'is a number'],
    ['2026-03-02 09:00:00Z', 'has a space'],
    ['', 'is empty'],
  ])('refuses %s, which %s', (text) => {
    expect(parseInstant(text)).toBeNull();
  });
});

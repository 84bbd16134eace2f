import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TRACKS, type Parts, type Track } from './evidence.js';
import {
  CATEGORIES,
  categoryOfKey,
  keyOf,
  labelOf,
  nameOf,
  normaliseName,
  ownKeyOfBefore,
  slugOf,
} from './status-identity.js';

const NAMES = [
  undefined,
  'Available',
  'Online',
  'Offline',
  'Coaching / 1:1',
  'En línea',
  '会议中',
  '---',
  'busy',
];
const parts = fc
  .record({
    code: fc.constantFrom(undefined, '0', '1', '2', '3', '4', '-1', 'true', 'false', '9'.repeat(80)),
    id: fc.constantFrom(undefined, '1', '903', '7'.repeat(70)),
    name: fc.oneof(
      fc.constantFrom(...NAMES),
      fc.string({ unit: 'binary', maxLength: 80 }).map((text) => normaliseName(text)),
    ),
  })
  .map(({ code, id, name }): Parts => ({ ...(code && { code }), ...(id && { id }), ...(name && { name }) }));

describe('slugs and names', () => {
  it.each([
    ['Available', 'available'],
    ['Coaching / 1:1', 'coaching-1-1'],
    ['  In a  meeting! ', 'in-a-meeting'],
    ['Café', 'café'],
    ['हिन्दी', 'हिन्दी'],
    ['ÀÉ_x', 'àé-x'],
    ['a\0b\uFFFDc', 'a-b-c'],
    ['🎉', ''],
    ['--', ''],
  ])('%j has the slug %j', (name, slug) => {
    expect(slugOf(name)).toBe(slug);
    expect(slugOf(name)).toBe(slug);
  });

  it('are trimmed, composed and free of NUL; one without a slug is no name', () => {
    expect(normaliseName(' \tCafe\u0301 \n')).toBe('Café');
    expect(normaliseName('a\0b')).toBe('a\uFFFDb');
    expect(normaliseName(' ')).toBeUndefined();
    expect(normaliseName('!?')).toBeUndefined();
    expect(nameOf({ name: 'Lunch' })).toBe('Lunch');
    expect(nameOf({ name: '!?' })).toBeUndefined();
    expect(nameOf({})).toBeUndefined();
  });

  it('stay the same however many names come by', () => {
    for (let n = 0; n < 10_000; n++) expect(slugOf(`Status ${n}!`)).toBe(`status-${n}`);
    expect(slugOf('X'.repeat(5000))).toBe('x'.repeat(5000));
  });
});

describe('keys', () => {
  it.each([
    [{ code: '2', id: '2', name: 'Available' }, 'busy', 'busy'],
    [{ code: '3' }, 'acw', 'acw'],
    [{ code: '1' }, 'available', 'available'],
    [{ code: '1', name: 'AVAILABLE' }, 'available', 'available'],
    [{ code: '1', id: '5', name: 'Online' }, 'available', 'available'],
    [{ code: '1', name: 'Forward to phone' }, 'available-forward-to-phone', 'available'],
    [{ code: '0' }, 'offline', 'offline'],
    [{ code: '0', id: '1', name: 'Offline' }, 'offline', 'offline'],
    [{ code: '0', id: '903', name: 'Lunch' }, 'custom-903', 'custom'],
    [{ code: '0', id: '903' }, 'custom-903', 'custom'],
    [{ code: '0', name: 'Lunch break' }, 'custom-lunch-break', 'custom'],
    [{ code: '7', id: '9', name: 'Lunch' }, 'other-lunch', 'other'],
    [{ code: '7', id: '9' }, 'other-7', 'other'],
    [{ name: 'Available' }, 'other-available', 'other'],
  ] as [Parts, string, string][])('of the status %j is %s', (value, key, category) => {
    expect(keyOf('status', value)).toBe(key);
    expect(categoryOfKey(key)).toBe(category);
  });

  it.each([
    ['browser', { id: '903', name: 'Lunch' }, 'id-903'],
    ['mobile', { name: 'Lunch break' }, 'name-lunch-break'],
    ['channel', { code: '0' }, 'offline'],
    ['channel', { code: '1' }, 'browser'],
    ['channel', { code: '2' }, 'mobile'],
    ['channel', { code: '3' }, 'other'],
    ['login', { code: 'true' }, 'signed-in'],
    ['login', { code: 'false' }, 'signed-out'],
  ] as [Track, Parts, string][])('of %s %j is %s', (track, value, key) => {
    expect(keyOf(track, value)).toBe(key);
    expect(ownKeyOfBefore(track, value)).toBe(key);
  });

  it.each([{}, { id: '903' }, { code: '0' }])('of a status before with only %j is unspecified', (value) => {
    expect(ownKeyOfBefore('status', value)).toBe('unspecified');
    expect(categoryOfKey('unspecified')).toBe('other');
  });

  it.each([
    [{ code: '0', id: '903' }, 'custom-903'],
    [{ code: '0', name: 'Offline' }, 'offline'],
    [{ code: '2' }, 'busy'],
    [{ name: 'Lunch' }, 'other-lunch'],
  ] as [Parts, string][])('of a status before with %j is %s', (value, key) => {
    expect(ownKeyOfBefore('status', value)).toBe(key);
  });

  it('are cut at 64 code points, told apart by a hash of the whole', () => {
    expect(keyOf('status', { code: '0', id: '7'.repeat(70) })).toBe(`custom-${'7'.repeat(48)}-2526ca80`);
    const wide = keyOf('status', { code: '7', name: '\u{1d4b3}'.repeat(60) });
    expect(wide).toBe(`other-${'\u{1d4b3}'.repeat(49)}-deedd615`);
    expect(Array.from(wide)).toHaveLength(64);
    const full = { code: '0', id: '7'.repeat(57) };
    expect(keyOf('status', full)).toBe(`custom-${'7'.repeat(57)}`);
    expect(keyOf('browser', { id: '7'.repeat(62) })).toMatch(/^id-7{52}-[0-9a-f]{8}$/);
  });

  it('are never empty nor too long, and alone tell the category', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TRACKS), parts, (track, value) => {
        const key = ownKeyOfBefore(track, value);
        expect(Array.from(key).length).toBeGreaterThan(0);
        expect(Array.from(key).length).toBeLessThanOrEqual(64);
        expect(CATEGORIES).toContain(categoryOfKey(key));
      }),
      { seed: 3, numRuns: 500 },
    );
  });

  it('tell the category that the code has', () => {
    const categories: Record<string, string[]> = {
      '0': ['offline', 'custom'],
      '1': ['available'],
      '2': ['busy'],
      '3': ['acw'],
    };
    fc.assert(
      fc.property(parts, (value) => {
        const expected = categories[value.code ?? ''] ?? ['other'];
        expect(expected).toContain(categoryOfKey(keyOf('status', value)));
      }),
      { seed: 4, numRuns: 500 },
    );
  });
});

describe('labels', () => {
  it.each([
    ['busy', 'Available', 'Busy'],
    ['acw', undefined, 'After Call Work'],
    ['unspecified', 'Lunch', 'Offline or custom'],
    ['custom-903', 'Lunch', 'Lunch'],
    ['custom-903', undefined, 'custom-903'],
    ['available', 'Online', 'Online'],
  ])('of %s named %j is %s', (key, name, label) => {
    expect(labelOf('status', key, name)).toBe(label);
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from './agent-updated.js';
import { compactJson, equalJson, isDeeperThan } from './json-text.js';
import { anyJson } from '../testing/payloads.js';

const nested = (depth: number): Json =>
  JSON.parse('[{"a":'.repeat(depth / 2) + '1' + '}]'.repeat(depth / 2)) as Json;

describe('JSON of any depth', () => {
  it('is written compactly, however deep', () => {
    const depth = 100_000;
    expect(compactJson(nested(depth))).toBe('[{"a":'.repeat(depth / 2) + '1' + '}]'.repeat(depth / 2));
  });

  it('is written as JSON.stringify does, inside deep JSON too', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        expect(compactJson(value)).toBe(JSON.stringify(value));
        const [outer] = compactJson([value, nested(20_000)]).split(',[{"a":[{"a":');
        expect(outer).toBe(`[${JSON.stringify(value)}`);
      }),
      { seed: 7, numRuns: 30 },
    );
  });

  it.each([
    [0, 1, false],
    [0, [], true],
    [1, [], false],
    [1, [1, null, 'x'], false],
    [1, [[]], true],
    [2, { a: { b: 1 } }, false],
    [2, { a: 1, b: [{ c: 1 }] }, true],
  ] as const)('at most %d levels: %j is deeper: %j', (limit, value, expected) => {
    expect(isDeeperThan(limit, value as unknown as Json)).toBe(expected);
  });

  it('is measured without exhausting the stack', () => {
    expect(isDeeperThan(1000, nested(100_000))).toBe(true);
    expect(isDeeperThan(1000, nested(1000))).toBe(false);
  });

  it('is equal whatever the order of members, and not otherwise', () => {
    expect(equalJson({ a: 1, b: [2, { c: null }] }, { b: [2, { c: null }], a: 1 })).toBe(true);
    expect(equalJson({ a: 1 }, { a: 1, b: 1 })).toBe(false);
    expect(equalJson({ a: 1 }, { b: 1 })).toBe(false);
    expect(equalJson([], {})).toBe(false);
    expect(equalJson([1, 2], [2, 1])).toBe(false);
    expect(equalJson(null, {})).toBe(false);
    expect(equalJson({ constructor: 1 }, { x: 1 })).toBe(false);
  });
});

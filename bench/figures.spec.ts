import { describe, expect, it } from '@jest/globals';
import { compare, figureOf, inTurn, limitFigure, median, percentile } from './figures.js';

describe('figures', () => {
  it('a median is the middle by size, or lies between the middle two', () => {
    expect(median([30, 1, 200])).toBe(30);
    expect(median([200, 1, 30, 40])).toBe(35);
    expect(median([7])).toBe(7);
    expect(() => median([])).toThrow('nothing was measured');
  });

  it('a percentile is one of the samples, by nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, n) => 100 - n);
    expect([0, 0.5, 0.99, 1].map((share) => percentile(hundred, share))).toEqual([1, 50, 99, 100]);
    expect(percentile([5], 0.99)).toBe(5);
  });

  it('a figure tells its spread and how often it was measured; a limit was not', () => {
    expect(figureOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3, runs: 3 });
    expect(limitFigure(100)).toEqual({ median: 100, min: 100, max: 100, runs: 0 });
  });

  it('a comparison is the median of the ratios of each run, not the ratio of the medians', () => {
    const row = compare({
      ...{ case: 'x', name: 'n', unit: 'ms', against: 'peer', ours: [10, 40, 90], theirs: [100, 100, 100] },
      ratio: 'theirs/ours',
      target: { text: '≥ 3', met: (ratio) => ratio >= 3 },
    });
    expect(row).toMatchObject({ ratio: 2.5, target: { text: '≥ 3', met: false } });
    expect(row.ours.median).toBe(40);
    const paired = { ours: [1, 8, 2], theirs: [1, 2, 4] };
    expect(compare({ case: 'x', name: 'n', unit: 'ms', against: 'peer', ...paired })).toMatchObject({
      ratio: 1,
      target: null,
    });
  });

  it('sides that were not measured equally often are no comparison', () => {
    expect(() =>
      compare({ case: 'x', name: 'n', unit: 'ms', against: 'peer', ours: [1, 2], theirs: [1] }),
    ).toThrow('not in pairs');
  });

  it('measures both sides in turn, each first every second time', async () => {
    const order: string[] = [];
    const side = (name: string) => (run: number) => order.push(`${name}${run}`);
    const { ours, theirs } = await inTurn(3, side('our'), side('their'));
    expect(order).toEqual(['our0', 'their0', 'their1', 'our1', 'our2', 'their2']);
    expect([ours, theirs]).toEqual([
      [1, 4, 5],
      [2, 3, 6],
    ]);
  });
});

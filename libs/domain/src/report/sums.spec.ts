import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { figuresOfIntervals, getSums } from './sums.js';
import { interval, knownAgents } from './testing/make-timeline.js';

const START = Date.parse('2025-03-28T00:00Z');

describe('figuresOfIntervals', () => {
  it('gives of every key what lies before every cut', () => {
    fc.assert(
      fc.property(
        knownAgents(START, 10),
        fc.uniqueArray(fc.integer({ min: -300, max: 4_000 }), { minLength: 1, maxLength: 12 }),
        ([known], steps) => {
          const cuts = steps.sort((a, b) => a - b).map((step) => START + step * 299_000);
          const intervals = known!.told.timeline.intervals.status;
          const end = cuts.at(-1)!;
          const figures = figuresOfIntervals(intervals, cuts, end, end);
          expect([...figures.keys].sort()).toEqual(
            [...new Set(intervals.filter(({ start }) => start < end).map(({ key }) => key))].sort(),
          );
          figures.keys.forEach((key, index) => {
            cuts.forEach((cut, at) => {
              const begun = intervals.filter((i) => i.key === key && i.start < cut);
              const before = (from: number | null, to: number | null): number =>
                from === null ? 0 : Math.max(0, Math.min(to ?? cut, cut) - from);
              const add = (of: (i: (typeof begun)[number]) => number): number =>
                begun.reduce((sum, i) => sum + of(i), 0);
              expect(getSums(figures, cuts.length, index, at)).toEqual({
                ms: add((i) => before(i.start, i.end)),
                entries: begun.length,
                uncertainMs: add((i) => before(i.uncertainFrom, i.end)),
                inferredMs: add((i) => (i.inferred ? before(i.start, i.end) : 0)),
              });
            });
          });
        },
      ),
      { numRuns: 200, seed: 7 },
    );
  });

  it('calls the last interval begun before E open if it has no end or one after asOf', () => {
    const intervals = [interval('busy', 100, 200), interval('acw', 200, 300)];
    expect(figuresOfIntervals(intervals, [0, 250], 250, 250).open).toEqual({ key: 'acw', start: 200 });
    expect(figuresOfIntervals(intervals, [0, 250], 250, 300).open).toBeNull();
    expect(figuresOfIntervals(intervals, [0, 200], 200, 200).open).toBeNull();
    expect(figuresOfIntervals([interval('busy', 100, null)], [0, 250], 250, 9_999).open).toEqual({
      key: 'busy',
      start: 100,
    });
    expect(figuresOfIntervals([interval('busy', 250, null)], [0, 250], 250, 250).open).toBeNull();
  });

  it('leaves out the keys that are not wanted', () => {
    const intervals = [interval('busy', 100, 200), interval('acw', 200, 300)];
    const figures = figuresOfIntervals(intervals, [0, 400], 400, 400, ['acw', 'offline']);
    expect(figures.keys).toEqual(['acw']);
    expect(getSums(figures, 2, 0, 1)).toEqual({ ms: 100, entries: 1, uncertainMs: 0, inferredMs: 0 });
  });
});

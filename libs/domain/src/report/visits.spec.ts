import { describe, expect, it } from '@jest/globals';
import { interval } from './testing/make-timeline.js';
import { visitsOfIntervals, visitStats } from './visits.js';

describe('visitStats', () => {
  it('rounds the mean half up and takes percentiles by nearest rank', () => {
    expect(visitStats([4, 1])).toEqual({ count: 2, avgMs: 3, maxMs: 4, p50Ms: 1, p90Ms: 4 });
    expect(visitStats([10, 20, 30, 40, 50, 60, 70, 80, 90, 100])).toEqual({
      count: 10,
      avgMs: 55,
      maxMs: 100,
      p50Ms: 50,
      p90Ms: 90,
    });
    expect(visitStats([7])).toEqual({ count: 1, avgMs: 7, maxMs: 7, p50Ms: 7, p90Ms: 7 });
    expect(visitStats([1, 1, 2])?.avgMs).toBe(1);
    expect(visitStats([0, 0])).toEqual({ count: 2, avgMs: 0, maxMs: 0, p50Ms: 0, p90Ms: 0 });
  });

  it('has a count of 0 and no figures without a visit', () => {
    expect(visitStats([])).toEqual({ count: 0, avgMs: null, maxMs: null, p50Ms: null, p90Ms: null });
  });

  it('stays exact where the lengths no longer add up in a double', () => {
    const length = 2 ** 51 + 1;
    expect(visitStats([length, length, length, length, length + 2])?.avgMs).toBe(length);
    expect(visitStats([length, length, length, length + 2])?.avgMs).toBe(length + 1);
  });
});

describe('visitsOfIntervals', () => {
  it('takes what overlaps or enters the window and has ended by its end, at full length', () => {
    const intervals = [
      interval('over-before', 0, 100),
      interval('carried-in', 100, 150),
      interval('ends-with-it', 150, 200),
      interval('no-length', 200, 200),
      interval('later', 200, 300),
    ];
    expect(visitsOfIntervals(intervals, 100, 200)).toEqual([
      { key: 'carried-in', start: 100, end: 150 },
      { key: 'ends-with-it', start: 150, end: 200 },
    ]);
    expect(visitsOfIntervals(intervals, 120, 250).map(({ key }) => key)).toEqual([
      'carried-in',
      'ends-with-it',
      'no-length',
    ]);
    expect(visitsOfIntervals([interval('open', 0, null)], 0, 100)).toEqual([]);
  });
});

import { describe, expect, it } from '@jest/globals';
import { PartitionLag } from './partition-lag.js';

const ends = (...highs: bigint[]) => highs.map((high, partition) => ({ partition, low: 5n, high }));

describe('PartitionLag', () => {
  it('counts from the committed offset, or from the oldest message, of the assigned partitions alone', () => {
    const lag = new PartitionLag();
    lag.assign([1, 0]);
    lag.update(ends(20n, 30n, 40n), new Map([[1, 28n]]));
    expect([...lag.lag()]).toEqual([
      [0, 15],
      [1, 2],
    ]);
  });

  it('shrinks with what is resolved, and is never negative', () => {
    const lag = new PartitionLag();
    lag.assign([0]);
    lag.update(ends(20n), new Map());
    lag.resolved(0, 18n);
    expect(lag.lag().get(0)).toBe(2);
    lag.resolved(0, 25n);
    expect(lag.lag().get(0)).toBe(0);
  });

  it('says nothing of a partition as long as its end or its position is not known', () => {
    const lag = new PartitionLag();
    lag.assign([0]);
    expect(lag.lag().size).toBe(0);
    lag.resolved(0, 3n);
    expect(lag.lag().size).toBe(0);
  });

  it('forgets positions at a rebalance: another member has moved on', () => {
    const lag = new PartitionLag();
    lag.assign([0]);
    lag.update(ends(20n), new Map([[0, 6n]]));
    lag.assign([0]);
    lag.update(ends(20n), new Map([[0, 19n]]));
    expect(lag.lag().get(0)).toBe(1);
  });
});

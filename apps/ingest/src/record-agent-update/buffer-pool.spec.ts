import { describe, expect, it } from '@jest/globals';
import { BufferPool } from './buffer-pool.js';

const MB = 1024 * 1024;

describe('BufferPool', () => {
  it('gives a buffer again that is long enough, to one at a time', () => {
    const pool = new BufferPool();
    const [short, long] = [pool.take(1), pool.take(2 * MB + 1)];
    expect([short.byteLength, long.byteLength]).toEqual([MB, 3 * MB]);
    pool.giveBack(short);
    pool.giveBack(long);
    expect(pool.take(2 * MB)).toBe(long);
    expect(pool.take(2 * MB)).not.toBe(long);
    expect(pool.take(5)).toBe(short);
  });

  it('keeps few, and none that is very large', () => {
    const pool = new BufferPool();
    const given = [9 * MB, ...Array.from({ length: 10 }, () => 1)].map((length) => pool.take(length));
    for (const buffer of given) pool.giveBack(buffer);
    const again = Array.from({ length: 11 }, () => pool.take(1));
    expect(again.filter((buffer) => given.includes(buffer))).toHaveLength(4);
    expect(pool.take(8 * MB + 1)).not.toBe(given[0]);
  });
});

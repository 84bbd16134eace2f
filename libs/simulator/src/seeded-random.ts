// The simulator's only source of chance (mulberry32). Integer arithmetic and exact products alone: the same seed gives the
// same numbers on every machine.

/** Numbers that follow from the seed and the path of a stream alone; streams of other paths are independent of it. */
export class SeededRandom {
  private state: number;

  /** Any safe integers. */
  constructor(seed: number, ...path: readonly number[]) {
    this.state = [seed, ...path].reduce(
      (state, number) => mix(mix(state ^ (number >>> 0)) + Math.floor(number / 2 ** 32)),
      0,
    );
  }

  /** In `[0, 1)`. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** True in a share of 0 to 1 of the cases. */
  chance(share: number): boolean {
    return this.next() < share;
  }

  /** An integer of `[min, max]`. */
  between(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  /** An integer of `[min, max]`, a small one more often. */
  skewed(min: number, max: number): number {
    return min + Math.floor(this.next() * this.next() * (max - min + 1));
  }

  pick<T>(list: readonly [T, ...T[]]): T {
    return list[Math.floor(this.next() * list.length)] ?? list[0];
  }
}

function mix(number: number): number {
  let mixed = (number + 0x9e3779b9) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

// A queue that gives the least first (binary heap). `isBefore` must be a total order, or the result would hang on chance.
export class Heap<T> {
  private readonly items: T[] = [];

  constructor(private readonly isBefore: (one: T, other: T) => boolean) {}

  get size(): number {
    return this.items.length;
  }

  peek(): T | undefined {
    return this.items[0];
  }

  push(item: T): void {
    const { items } = this;
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = items[parent];
      if (above === undefined || !this.isBefore(item, above)) break;
      items[at] = above;
      at = parent;
    }
    items[at] = item;
  }

  pop(): T | undefined {
    const least = this.items[0];
    const last = this.items.pop();
    if (last !== undefined && this.items.length > 0) this.sink(last);
    return least;
  }

  /** Takes the least out and puts another item in. */
  replace(item: T): void {
    this.sink(item);
  }

  private sink(item: T): void {
    const { items } = this;
    let at = 0;
    for (;;) {
      const left = items[2 * at + 1];
      if (left === undefined) break;
      const right = items[2 * at + 2];
      const takesRight = right !== undefined && this.isBefore(right, left);
      const child = takesRight ? right : left;
      if (!this.isBefore(child, item)) break;
      items[at] = child;
      at = 2 * at + (takesRight ? 2 : 1);
    }
    items[at] = item;
  }
}

// How far behind the end of each assigned partition this consumer stands: ends from the brokers, positions from what was
// resolved here, or committed before. A partition is left out as long as one of the two is not known.

export interface PartitionEnd {
  readonly partition: number;
  /** The first offset kept, and the one after the last. */
  readonly low: bigint;
  readonly high: bigint;
}

export class PartitionLag {
  private assigned: ReadonlySet<number> = new Set();
  private readonly ends = new Map<number, bigint>();
  private readonly positions = new Map<number, bigint>();

  /** Positions start anew: another member may have moved on meanwhile. */
  assign(partitions: readonly number[]): void {
    this.assigned = new Set(partitions);
    this.positions.clear();
  }

  resolved(partition: number, nextOffset: bigint): void {
    this.positions.set(partition, nextOffset);
  }

  /** `committed`: by partition; what is not in it starts at the first offset kept. */
  update(ends: readonly PartitionEnd[], committed: ReadonlyMap<number, bigint>): void {
    for (const { partition, low, high } of ends) {
      this.ends.set(partition, high);
      if (!this.positions.has(partition)) this.positions.set(partition, committed.get(partition) ?? low);
    }
  }

  partitions(): number[] {
    return [...this.assigned].sort((one, other) => one - other);
  }

  /** Messages, by assigned partition. */
  lag(): ReadonlyMap<number, number> {
    const lag = new Map<number, number>();
    for (const partition of this.partitions()) {
      const end = this.ends.get(partition);
      const position = this.positions.get(partition);
      if (end === undefined || position === undefined) continue;
      lag.set(partition, end > position ? Number(end - position) : 0);
    }
    return lag;
  }
}

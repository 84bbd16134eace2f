// Appends that arrive together share one transaction, because the sync at its end is what costs.
// States: idle → (an item arrives) scheduled → (next turn of the event loop) committing, which blocks the thread → back
// to scheduled while items remain, else idle. An item is answered only after the transaction that holds it.
import type { AppendResult } from '../event-store.js';
import type { AppendBatch } from './append-batch.js';
import type { PreparedItem } from '../prepared-item.js';

/** Bounds of one transaction; an item larger than either still commits whole, alone. */
export const MAX_BATCH_EVENTS = 1_000;
export const MAX_BATCH_SIZE = 4_000_000;

interface Waiting {
  readonly item: PreparedItem;
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: unknown) => void;
}

export interface GroupCommit {
  add(item: PreparedItem): Promise<AppendResult>;
  /** Commits all that waits, at once. */
  flush(): void;
}

/** `onCommit` runs after every transaction that went through, before anyone is answered. */
export function createGroupCommit(appendBatch: AppendBatch, onCommit: () => void): GroupCommit {
  const queue: Waiting[] = [];
  let scheduled = false;

  function add(item: PreparedItem): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      queue.push({ item, resolve, reject });
      schedule();
    });
  }

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      commitNext();
      if (queue.length > 0) schedule();
    });
  }

  function commitNext(): void {
    const batch = queue.splice(0, batchLength(queue));
    if (batch.length === 0) return;
    let results: readonly AppendResult[];
    try {
      results = appendBatch(batch.map(({ item }) => item));
    } catch (error) {
      for (const { reject } of batch) reject(error);
      return;
    }
    onCommit();
    results.forEach((result, index) => batch[index]?.resolve(result));
  }

  function flush(): void {
    while (queue.length > 0) commitNext();
  }

  return { add, flush };
}

function batchLength(queue: readonly Waiting[]): number {
  let events = 0;
  let size = 0;
  for (const [index, { item }] of queue.entries()) {
    events += item.events.length;
    size += item.size;
    if (index > 0 && (events > MAX_BATCH_EVENTS || size > MAX_BATCH_SIZE)) return index;
  }
  return queue.length;
}

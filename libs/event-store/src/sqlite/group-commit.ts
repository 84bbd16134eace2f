// Appends that arrive together share one transaction, because the sync at its end is what costs.
// States: idle → (a call arrives) scheduled → (next turn of the event loop) committing, which blocks the thread → back
// to scheduled while calls remain, else idle. A call is answered only after the transactions that hold its items; when one
// of them fails, the rest of the call is not tried.
import type { AppendResult } from '../event-store.js';
import type { AppendBatch } from './append-batch.js';
import type { PreparedItem } from '../prepared-item.js';

/** Bounds of one transaction; an item larger than either still commits whole, alone. */
export const MAX_BATCH_EVENTS = 1_000;
export const MAX_BATCH_SIZE = 4_000_000;

interface Call {
  readonly items: readonly PreparedItem[];
  /** Of the first of them, as far as they are committed. */
  readonly results: AppendResult[];
  readonly resolve: (results: readonly AppendResult[]) => void;
  readonly reject: (error: unknown) => void;
}

export interface GroupCommit {
  /** One result an item, in order. */
  add(items: readonly PreparedItem[]): Promise<readonly AppendResult[]>;
  /** Commits all that waits, at once. After a transaction that fails the rest is refused untried: an app ends in time. */
  flush(): void;
}

/** `onCommit` runs after every transaction that went through, before anyone is answered. */
export function createGroupCommit(appendBatch: AppendBatch, onCommit: () => void): GroupCommit {
  const queue: Call[] = [];
  let scheduled = false;

  function add(items: readonly PreparedItem[]): Promise<readonly AppendResult[]> {
    if (items.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      queue.push({ items, results: [], resolve, reject });
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

  /** Gives the error of a transaction that failed. */
  function commitNext(): { readonly error: unknown } | null {
    const parts = nextParts(queue);
    let results: readonly AppendResult[];
    try {
      const [only] = parts;
      const isOneCall = parts.length === 1 && only?.count === only?.call.items.length;
      results = appendBatch(isOneCall && only !== undefined ? only.call.items : parts.flatMap(itemsOf));
    } catch (error) {
      queue.splice(0, parts.length);
      for (const { call } of parts) call.reject(error);
      return { error };
    }
    onCommit();
    let at = 0;
    for (const { call, count } of parts) {
      for (const end = at + count; at < end; at += 1) {
        const result = results[at];
        if (result !== undefined) call.results.push(result);
      }
    }
    queue.splice(0, parts.filter(({ call }) => isComplete(call)).length);
    for (const { call } of parts) if (isComplete(call)) call.resolve(call.results);
    return null;
  }

  function flush(): void {
    while (queue.length > 0) {
      const failed = commitNext();
      if (failed) for (const { reject } of queue.splice(0)) reject(failed.error);
    }
  }

  return { add, flush };
}

/** The next `count` items of a call. */
interface Part {
  readonly call: Call;
  readonly count: number;
}

const isComplete = ({ items, results }: Call): boolean => results.length === items.length;

const itemsOf = ({ call: { items, results }, count }: Part): readonly PreparedItem[] =>
  items.slice(results.length, results.length + count);

/** What the next transaction takes from the calls at the head of the queue, one item at least. */
function nextParts(queue: readonly Call[]): Part[] {
  const parts: Part[] = [];
  let events = 0;
  let size = 0;
  for (const call of queue) {
    let count = 0;
    for (let at = call.results.length; at < call.items.length; at += 1) {
      const item = call.items[at];
      if (item === undefined) break;
      events += item.events.length;
      size += item.size;
      const isFirst = parts.length === 0 && count === 0;
      if (!isFirst && (events > MAX_BATCH_EVENTS || size > MAX_BATCH_SIZE)) {
        if (count > 0) parts.push({ call, count });
        return parts;
      }
      count += 1;
    }
    parts.push({ call, count });
  }
  return parts;
}

// What one sender waits for: some updates, which are answered together when all of them are durable.
import type { ReceivedUpdate } from './received-update.js';
import type { Receptions } from './record-agent-update.js';
import type { UpdateResult } from './update-result.js';

export interface Chunk {
  readonly updates: readonly ReceivedUpdate[];
  readonly receptions: Receptions;
  /** By the index of the update, as far as they are known. */
  readonly results: UpdateResult[];
  /** Why the chunk cannot be acknowledged; null as long as it can. */
  failure: unknown;
  readonly resolve: (results: readonly UpdateResult[]) => void;
  readonly reject: (error: unknown) => void;
}

/** The first items that together have at most `limit`, one at least; takes them out of the list. */
export function takeUpTo<Item>(limit: number, items: Item[], sizeOf: (item: Item) => number): Item[] {
  let size = 0;
  const end = items.findIndex((item, index) => {
    size += sizeOf(item);
    return index > 0 && size > limit;
  });
  return items.splice(0, end === -1 ? items.length : end);
}

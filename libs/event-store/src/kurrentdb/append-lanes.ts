// One lane a stream: its items are decided one after the other, and those that expect what the ones before them leave go
// together, as many as arrived meanwhile. Lanes of different streams run beside each other.
import type { AppendResult } from '../event-store.js';
import type { PreparedItem } from '../prepared-item.js';
import { appendBytes, MAX_APPEND_BYTES } from './append-size.js';
import type { AppendItems } from './append-items.js';
import { createLimiter } from './limiter.js';
import type { Moments } from './stream-views.js';

/** Most events of one append. */
export const MAX_APPEND_EVENTS = 500;
/** Streams written at once: a connection that breaks has all of them to do again. */
export const MAX_STREAMS_AT_ONCE = 128;

interface Waiting {
  readonly item: PreparedItem;
  readonly arrived: number;
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: unknown) => void;
}

export interface AppendLanes {
  add(item: PreparedItem): Promise<AppendResult>;
  /** Resolves once everything added so far is answered. */
  settled(): Promise<void>;
}

export function createAppendLanes(appendItems: AppendItems, moments: Moments): AppendLanes {
  const inTurn = createLimiter(MAX_STREAMS_AT_ONCE);
  const lanes = new Map<string, Waiting[]>();
  const running = new Set<Promise<void>>();

  function add(item: PreparedItem): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { item, arrived: moments(), resolve, reject };
      const lane = lanes.get(item.stream);
      if (lane !== undefined) {
        lane.push(waiting);
        return;
      }
      const opened = [waiting];
      lanes.set(item.stream, opened);
      const run: Promise<void> = work(item.stream, opened).finally(() => running.delete(run));
      running.add(run);
    });
  }

  async function work(stream: string, lane: Waiting[]): Promise<void> {
    // What the same call adds to this stream goes with it.
    await Promise.resolve();
    while (lane.length > 0) {
      await inTurn(async () => {
        const group = lane.splice(0, groupLength(lane));
        const since = group.at(-1)?.arrived ?? 0;
        const items = group.map(({ item }) => item);
        try {
          const results = await appendItems(items, since);
          results.forEach((result, index) => group[index]?.resolve(result));
        } catch (error) {
          for (const { reject } of group) reject(error);
        }
      });
    }
    lanes.delete(stream);
  }

  return {
    add,
    settled: async () => {
      while (running.size > 0) await Promise.all(running);
    },
  };
}

function groupLength(lane: readonly Waiting[]): number {
  const ids = new Set<string>();
  let expected: number | null = null;
  let events = 0;
  let bytes = 0;
  for (const [index, { item }] of lane.entries()) {
    events += item.events.length;
    bytes += appendBytes(item);
    const begins = item.expectedRevision === 'noStream' ? -1 : item.expectedRevision;
    const follows = expected === null || begins === expected;
    const fits = events <= MAX_APPEND_EVENTS && bytes <= MAX_APPEND_BYTES;
    if (index > 0 && (!follows || !fits || item.events.some(({ id }) => ids.has(id)))) return index;
    for (const { id } of item.events) ids.add(id);
    expected = begins + item.events.length;
  }
  return lane.length;
}

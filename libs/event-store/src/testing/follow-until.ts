// Follows a store until enough events have come, for tests; never by waiting a fixed time.
import type { EventStore, Position, RecordedEvent } from '../event-store.js';

/** The first `count` events (or a few more, to the end of the page) after `after`. */
export async function followUntil(
  store: EventStore,
  count: number,
  after: Position | null = null,
  pageSize?: number,
): Promise<RecordedEvent[]> {
  const ending = new AbortController();
  const events: RecordedEvent[] = [];
  for await (const page of store.follow({ after, signal: ending.signal, pageSize })) {
    events.push(...page.events);
    if (events.length >= count) ending.abort();
  }
  return events;
}

/** Everything in the store, read page by page. */
export async function readToHead(store: EventStore, limit = 1_000): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  let after: Position | null = null;
  for (;;) {
    const page = await store.readAll({ after, limit });
    events.push(...page.events);
    after = page.next;
    if (page.atHead) return events;
  }
}

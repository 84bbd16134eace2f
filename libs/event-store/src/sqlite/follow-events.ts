// Follows the log for ever, across processes; never holds a statement open while its consumer works.
// States: reading → a page: hand it on, let the event loop turn, read on. Nothing there: waiting, until an append of this
// process wakes it or the file's data_version has moved (looked at often when busy, seldom when idle) → reading. The
// store is unavailable: pause, then reading again. Exits: the signal fires (quietly); a fatal EventStoreError (throws).
import { setImmediate as nextTurn } from 'node:timers/promises';
import { EventStoreError } from '../errors.js';
import type { EventPage, FollowOptions } from '../event-store.js';
import type { EventReader } from './read-events.js';
import type { Waker } from './waker.js';

export const DEFAULT_PAGE_EVENTS = 1_000;
/** Between two looks at the file: at first, and at most once nothing has come for a while. */
const MIN_POLL_MS = 1;
const MAX_POLL_MS = 25;
const POLL_GROWTH = 1.3;
const UNAVAILABLE_PAUSE_MS = 200;

export async function* followEvents(
  reader: EventReader,
  waker: Waker,
  { after, signal, pageSize = DEFAULT_PAGE_EVENTS }: FollowOptions,
): AsyncGenerator<EventPage, void, undefined> {
  let position = after;
  while (!signal.aborted) {
    // The version is taken before the read, so that no commit can fall between the two unseen.
    const found = tryReading(() => ({
      version: reader.dataVersion(),
      page: reader.readPage({ after: position, limit: pageSize }),
    }));
    if (found === null) {
      await waker.sleep(UNAVAILABLE_PAUSE_MS, signal);
    } else if (found.page.events.length === 0) {
      await changeOf(found.version);
    } else {
      position = found.page.next;
      yield found.page;
      // Reads are synchronous: without this a long catch-up would keep timers and signals from ever running.
      await nextTurn();
    }
  }

  async function changeOf(version: number): Promise<void> {
    for (let pause = MIN_POLL_MS; !signal.aborted; pause = Math.min(pause * POLL_GROWTH, MAX_POLL_MS)) {
      const woken = await waker.sleep(pause, signal);
      if (woken || tryReading(() => reader.dataVersion()) !== version) return;
    }
  }
}

/** Null when the store is unavailable for now; anything else that goes wrong is fatal and thrown. */
function tryReading<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof EventStoreError && error.code === 'store-unavailable') return null;
    throw error;
  }
}

// What this process knows of a stream's end: its last revision and the ids of its last events. KurrentDB keeps no index of
// ids, and takes an id again if only the expected revision is right: whoever wants to know whether it is there must look.
// A view can be behind what other processes append, never wrong about what it holds.
import type { RecordedEvent } from '../event-store.js';
import type { PreparedEvent } from '../prepared-item.js';

/** How far back an id is looked for. An older duplicate is appended again; what is downstream tells it by its content. */
export const LOOK_BACK_EVENTS = 1_000;
/** Ids kept over all streams, about 100 bytes each. */
export const MAX_KNOWN_IDS = 500_000;

export interface StreamView {
  /** Of the last event; −1 for a stream that does not exist. */
  readonly revision: number;
  /** The revision of each of the last `LOOK_BACK_EVENTS` ids, oldest first. */
  readonly ids: ReadonlyMap<string, number>;
}

/** Numbers that grow: which of two things came first. */
export type Moments = () => number;

export interface StreamViews {
  /** As it was last seen; null when nothing is known. */
  get(stream: string): StreamView | null;
  /**
   * What the stream held at `since` or later; asks the leader if what is known is older, which costs one small read as
   * long as nobody else appends.
   */
  asOf(stream: string, since: number): Promise<StreamView>;
  /** At `moment` or later these stood after `expected`. Nothing is kept of a stream whose ids before are not known. */
  appended(stream: string, expected: number, events: readonly PreparedEvent[], moment: number): void;
  /** The server says that the stream stands elsewhere. */
  outdated(stream: string): void;
  forget(stream: string): void;
}

export type ReadBackwards = (stream: string, count: number) => Promise<readonly RecordedEvent[]>;

interface MutableView {
  revision: number;
  moment: number;
  readonly ids: Map<string, number>;
}

export function createStreamViews(
  readBackwards: ReadBackwards,
  moments: Moments,
  maxIds = MAX_KNOWN_IDS,
): StreamViews {
  // In the order of their last use, the longest unused first.
  const views = new Map<string, MutableView>();
  let known = 0;

  function get(stream: string): StreamView | null {
    const view = views.get(stream);
    if (view === undefined) return null;
    views.delete(stream);
    views.set(stream, view);
    return view;
  }

  async function asOf(stream: string, since: number): Promise<StreamView> {
    const view = views.get(stream);
    if (view !== undefined && view.moment >= since) return view;
    const moment = moments();
    const refreshed = await refresh(stream, view);
    refreshed.moment = moment;
    return refreshed;
  }

  async function refresh(stream: string, view: MutableView | undefined): Promise<MutableView> {
    if (view !== undefined) {
      const [last] = await readBackwards(stream, 1);
      const missing = (last?.revision ?? -1) - view.revision;
      if (missing === 0) return view;
      const newest = missing > 0 && missing < LOOK_BACK_EVENTS ? await readBackwards(stream, missing) : [];
      // Somebody may have appended between the two reads.
      if (newest.at(-1)?.revision === view.revision + 1) return add(view, newest);
    }
    forget(stream);
    const fresh: MutableView = { revision: -1, moment: 0, ids: new Map() };
    views.set(stream, fresh);
    return add(fresh, await readBackwards(stream, LOOK_BACK_EVENTS));
  }

  function add(view: MutableView, newestFirst: readonly RecordedEvent[]): MutableView {
    for (const event of newestFirst.toReversed()) note(view, event.id, event.revision);
    view.revision = newestFirst[0]?.revision ?? -1;
    trim(view);
    return view;
  }

  function appended(
    stream: string,
    expected: number,
    events: readonly PreparedEvent[],
    moment: number,
  ): void {
    const view = views.get(stream) ?? (expected === -1 ? { revision: -1, moment, ids: new Map() } : null);
    if (view === null) return;
    if (view.revision !== expected) {
      forget(stream);
      return;
    }
    views.set(stream, view);
    events.forEach(({ id }, index) => note(view, id, expected + 1 + index));
    view.revision = expected + events.length;
    view.moment = moment;
    trim(view);
  }

  function outdated(stream: string): void {
    const view = views.get(stream);
    if (view !== undefined) view.moment = 0;
  }

  function note(view: MutableView, id: string, revision: number): void {
    // An id that stands there twice counts where it stood first.
    if (view.ids.has(id)) return;
    view.ids.set(id, revision);
    known += 1;
  }

  function trim(view: MutableView): void {
    for (const id of view.ids.keys()) {
      if (view.ids.size <= LOOK_BACK_EVENTS) break;
      view.ids.delete(id);
      known -= 1;
    }
    for (const [stream, oldest] of views) {
      if (known <= maxIds || oldest === view) break;
      forget(stream);
    }
  }

  function forget(stream: string): void {
    known -= views.get(stream)?.ids.size ?? 0;
    views.delete(stream);
  }

  return { get, asOf, appended, outdated, forget };
}

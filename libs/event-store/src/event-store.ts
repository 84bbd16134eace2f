// The event store port: five verbs and close. Everything above it works on any engine that keeps these promises.
// It must never learn what an agent is, and no verb may change an event once appended.

/** Where an event stands in the global order. Opaque to callers, but totally ordered and safe to keep as text. */
export type Position = bigint;

/** An event on its way in. `id` is a UUID; appending the same ids again gives the first answer, and no second event. */
export interface NewEvent {
  readonly id: string;
  readonly type: string;
  readonly data: unknown;
  readonly metadata: unknown;
}

/** An event as the store keeps it. `recordedAt`: UTC epoch ms, never decreasing along positions. */
export interface RecordedEvent<Data = unknown, Metadata = unknown> {
  readonly stream: string;
  readonly revision: number;
  readonly position: Position;
  readonly id: string;
  readonly type: string;
  readonly data: Data;
  readonly metadata: Metadata;
  readonly recordedAt: number;
}

/** `noStream`: the stream must not exist yet; a number: the revision of its last event. There is no "any". */
export type ExpectedRevision = 'noStream' | number;

/** One stream's events, all or nothing. */
export interface AppendItem {
  readonly stream: string;
  readonly expectedRevision: ExpectedRevision;
  readonly events: readonly NewEvent[];
  /**
   * The caller knows that none of these ids stands at or before `expectedRevision` (an event later than all before it):
   * an engine without an index of ids may then skip looking back for them. Default false.
   */
  readonly surelyNew?: boolean;
}

/**
 * The answer to one item; `revision` and `position` are those of the item's last event.
 * `duplicate`: all of its ids are in the stream already (position of the first append).
 * `conflict`: the stream stands elsewhere; `actual` is its last revision or `noStream`.
 */
export type AppendResult =
  | { readonly outcome: 'appended'; readonly revision: number; readonly position: Position }
  | { readonly outcome: 'duplicate'; readonly revision: number; readonly position: Position }
  | { readonly outcome: 'conflict'; readonly actual: ExpectedRevision };

export interface ReadStreamOptions {
  /** First revision to return, inclusive; by default the first (forwards) or the last (backwards). */
  readonly from?: number;
  readonly direction?: 'forwards' | 'backwards';
  readonly limit: number;
}

export interface ReadAllOptions {
  /** Exclusive; null means from the start. */
  readonly after: Position | null;
  readonly limit: number;
  /** `data` and `metadata` as the very text that is stored, unread: a `SerializedJson` each. Default false. */
  readonly asStored?: boolean;
}

/** `next`: the position of the last event *returned* (or the `after` asked for, when the page is empty). */
export interface EventPage {
  readonly events: readonly RecordedEvent[];
  readonly next: Position | null;
  readonly atHead: boolean;
}

export interface FollowOptions {
  /** Exclusive; null means from the start. */
  readonly after: Position | null;
  readonly signal: AbortSignal;
  /** Most events a page may hold (default 1,000). */
  readonly pageSize?: number;
}

export interface EventStore {
  /**
   * Durable before it answers. One result an item, in order. Items of different streams succeed or fail alone. Those of one
   * stream are taken in order: after one that conflicts, or a duplicate behind which they were planned, none of them is appended, though it might find
   * just the revision that it expects (another process appends, too): it would overtake the one before it, or follow an
   * event that its caller did not know of.
   */
  append(items: readonly AppendItem[]): Promise<readonly AppendResult[]>;
  /** A missing stream is empty. */
  readStream(stream: string, options: ReadStreamOptions): Promise<readonly RecordedEvent[]>;
  /** All streams in the global order. */
  readAll(options: ReadAllOptions): Promise<EventPage>;
  /**
   * Non-empty pages for ever, first what is there, then what comes. Resumes by itself after a drop.
   * Ends quietly when the signal fires, or throws an `EventStoreError` that is fatal.
   */
  follow(options: FollowOptions): AsyncIterable<EventPage>;
  /** The last position, or null when the store is empty. */
  head(): Promise<Position | null>;
  close(): Promise<void>;
}

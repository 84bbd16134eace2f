// Decides what becomes of the items of one stream, in order, and writes those that may be written.
//
// What holds: an item is written only onto its exact expected revision, all or nothing, and whoever retries with the same ids
// gets `duplicate` with the revision and position of the first append. Where its ids are looked for:
// - `noStream`: nothing stands before it, so the server decides; it answers a repetition as it answered the first time.
// - a revision n: among the last 1,000 events before it (not at all if the caller says `surelyNew`, and what it is
//   to follow was written with it); beyond n the server compares the ids itself, and answers a repetition as it answered the
//   first time.
// - any other expected revision is answered by the server with "wrong": then among the last 1,000 events of the stream.
// After a conflict nothing more of its call is written to the stream; what is known already is still told as a duplicate.
// Appended or repeated? A repetition's position lies at or before the end of the log as it was before the first attempt.
// What does not hold: an id more than 1,000 events back is not found, and is appended again; and when another process
// appends the same ids between the look at the end of the log and the write, both are told `appended`, of one event.
import type { AppendResult, ExpectedRevision, Position } from '../event-store.js';
import { EventStoreError } from '../errors.js';
import type { PreparedItem } from '../prepared-item.js';
import type { AppendAnswer, BatchAppend, StreamAppend } from './batch-append.js';
import { toEventStoreError } from './kurrentdb-errors.js';
import type { EventReader } from './read-events.js';
import type { RetryWhileUnavailable } from './retry.js';
import type { Moments, StreamView, StreamViews } from './stream-views.js';
import type { Watermark } from './watermark.js';

export interface AppendItemsOptions {
  readonly batchAppend: BatchAppend;
  readonly reader: EventReader;
  readonly views: StreamViews;
  readonly watermark: Watermark;
  readonly moments: Moments;
  readonly retry: RetryWhileUnavailable;
}

/**
 * Items of one stream, each expecting what the one before it leaves, without an id twice. `since`: the moment of the last
 * one's arrival; what was seen of the stream after it is new enough to answer by.
 */
export type AppendItems = (items: readonly PreparedItem[], since: number) => Promise<readonly AppendResult[]>;

const LONG_AGO = 0;

type Written = Extract<AppendAnswer, { readonly kind: 'written' }> & { readonly repeated: boolean };

export function createAppendItems(options: AppendItemsOptions): AppendItems {
  const { batchAppend, reader, views, watermark, moments, retry } = options;

  async function appendItems(
    items: readonly PreparedItem[],
    since: number,
  ): Promise<readonly AppendResult[]> {
    const [first] = items;
    if (first === undefined) return [];
    const together = items.some(isBroken) ? null : await appendTogether(first, items, since);
    if (together !== null) return together;
    const wasTried = items.length === 1;
    const results: AppendResult[] = [];
    for (const item of items) {
      // `surelyNew` was said of the stream as the first of them leaves it; here another may have stood in its place.
      const doubtful = { ...item, surelyNew: false };
      const alone = wasTried || isBroken(item) ? null : await appendTogether(doubtful, [doubtful], since);
      const [result] = alone ?? [await resolve(item, since)];
      if (result === undefined) throw refused(item.stream, 'store-corrupt', 'it was left unanswered');
      if (result.outcome === 'conflict') item.sequence.isBroken = true;
      // It took no place: what was planned behind it must not find another's event in that place, and fit.
      if (alone === null && result.outcome === 'duplicate') item.sequence.isBroken ||= item.isFollowed;
      results.push(result);
    }
    return results;
  }

  /** Null when they cannot be written as one: an id is known already, or the expected revision is wrong. */
  async function appendTogether(
    first: PreparedItem,
    items: readonly PreparedItem[],
    since: number,
  ): Promise<AppendResult[] | null> {
    const { stream, expectedRevision } = first;
    const expected = numberOf(expectedRevision);
    const events = items.flatMap((item) => item.events);
    const view = await viewAt(first, items, since);
    if (view !== null && (view.revision !== expected || events.some(({ id }) => view.ids.has(id))))
      return null;
    const moment = moments();
    const written = await write({ stream, expectedRevision, events }, items.length > 1);
    if (written === null) return null;
    // After a repetition others may have appended already: it shows the stream as it was once.
    views.appended(stream, expected, events, written.repeated ? LONG_AGO : moment);
    return resultsOf(items, expected, written);
  }

  /** What must be looked at before writing; null when nothing must. */
  async function viewAt(
    first: PreparedItem,
    items: readonly PreparedItem[],
    since: number,
  ): Promise<StreamView | null> {
    const { stream, expectedRevision } = first;
    const view = views.get(stream);
    if (view?.revision === numberOf(expectedRevision)) return view;
    const needsNone = expectedRevision === 'noStream' || items.every(({ surelyNew }) => surelyNew);
    return view === null && needsNone ? null : views.asOf(stream, since);
  }

  /** Null when the expected revision is wrong, or several items are too much at once for this server. */
  async function write(append: StreamAppend, several: boolean): Promise<Written | null> {
    const { stream } = append;
    const before = await watermark();
    const answer = await retry('append', async () => {
      try {
        return await batchAppend.send(append);
      } catch (error) {
        views.forget(stream);
        throw toEventStoreError(error, `append to ${stream}`);
      }
    });
    switch (answer.kind) {
      case 'written':
        return { ...answer, repeated: answer.position <= before };
      case 'wrong-revision':
        views.outdated(stream);
        return null;
      case 'access-denied':
        throw refused(
          stream,
          'store-refused',
          'the server refuses the credentials, or their rights do not reach',
        );
      case 'stream-deleted':
        throw refused(stream, 'store-corrupt', 'the stream was deleted');
      case 'too-large':
        if (several) return null;
        throw refused(
          stream,
          'store-misuse',
          `the server takes no more than ${answer.maxBytes} bytes at once`,
        );
      case 'bad-request':
        throw refused(stream, 'store-misuse', answer.text);
      default:
        throw new Error(`no such answer: ${String(answer satisfies never)}`);
    }
  }

  /** The server tells one position, that of the last event: those of the items before it are read back. */
  async function resultsOf(
    items: readonly PreparedItem[],
    expected: number,
    { revision, position, repeated }: Written,
  ): Promise<AppendResult[]> {
    const outcome = repeated ? 'duplicate' : 'appended';
    const stream = items[0]?.stream ?? '';
    const positions = new Map<number, Position>([[revision, position]]);
    if (items.length > 1) {
      const limit = revision - expected;
      const events = await reader.readStream(stream, { from: expected + 1, limit }, true);
      for (const event of events) positions.set(event.revision, event.position);
    }
    let last = expected;
    return items.map((item) => {
      last += item.events.length;
      const at = positions.get(last);
      if (at === undefined) throw refused(stream, 'store-corrupt', `revision ${last} is not there after all`);
      return { outcome, revision: last, position: at };
    });
  }

  /** What to answer to an item that was not written. */
  async function resolve(item: PreparedItem, since: number): Promise<AppendResult> {
    const { stream, events } = item;
    const view = await views.asOf(stream, since);
    const known = events.flatMap(({ id }) => view.ids.get(id) ?? []);
    if (known.length < events.length) {
      return { outcome: 'conflict', actual: view.revision === -1 ? 'noStream' : view.revision };
    }
    const revision = Math.max(...known);
    const [last] = await reader.readStream(stream, { from: revision, limit: 1 }, true);
    if (last === undefined) throw refused(stream, 'store-corrupt', `revision ${revision} is gone`);
    return { outcome: 'duplicate', revision, position: last.position };
  }

  return async (items, since) => {
    try {
      return await appendItems(items, since);
    } catch (error) {
      // What comes later in the same calls would overtake what may not have been written.
      for (const { stream, sequence } of items) {
        sequence.isBroken = true;
        views.forget(stream);
      }
      throw error;
    }
  };
}

const isBroken = ({ sequence }: PreparedItem): boolean => sequence.isBroken;

function numberOf(expected: ExpectedRevision): number {
  return expected === 'noStream' ? -1 : expected;
}

function refused(stream: string, code: EventStoreError['code'], text: string): EventStoreError {
  return new EventStoreError(code, `event store: cannot append to ${stream}: ${text}`);
}

// One transaction for many items: decides each against the log as it stands, inserts, commits. Any failure of the
// database rolls the whole batch back; a conflict or a duplicate is an answer and touches nobody else.
import type { AppendResult } from '../event-store.js';
import type { Db } from './open-database.js';
import type { PreparedItem } from '../prepared-item.js';
import { translatingErrors } from './sqlite-errors.js';
import { createStreamHeads } from './stream-heads.js';

interface Place {
  readonly revision: number;
  readonly position: number;
}

type Json = string | Uint8Array;
type InsertRow = [number, string, number, string, string, Json, Json, number];

/** `now`: UTC epoch ms. Returns one result an item, in order; when it returns, the items are durable. */
export type AppendBatch = (items: readonly PreparedItem[]) => readonly AppendResult[];

export function createAppendBatch(db: Db, now: () => number): AppendBatch {
  const heads = createStreamHeads(db);
  // Casts here: see `stream-heads.ts`.
  const selectPlace = db.prepare<[string, string], Place>(
    `SELECT revision, position FROM events WHERE stream = CAST(? AS TEXT) AND id = CAST(? AS TEXT)`,
  );
  // Casts here: bytes are stored as the text whose UTF-8 they are, and text is left as it is.
  const insert = db.prepare<InsertRow>(
    `INSERT INTO events (position, stream, revision, id, type, data, metadata, recorded_at)
     VALUES (?, ?, ?, ?, ?, CAST(? AS TEXT), CAST(? AS TEXT), ?)`,
  );

  const transaction = db.transaction((items: readonly PreparedItem[]): AppendResult[] => {
    let { position, recordedAt } = heads.begin();
    const results = items.map((item): AppendResult => {
      const last = heads.revisionOf(item.stream);
      const isExpected = last === (item.expectedRevision === 'noStream' ? -1 : item.expectedRevision);
      // Ids come before the expected revision: whoever retries with an unknown outcome holds a stale one.
      const known = last === -1 || (isExpected && item.surelyNew) ? [] : knownPlaces(item);
      if (known.length === item.events.length) {
        // It took no place: what was planned behind it must not find another's event in that place, and fit.
        item.sequence.isBroken ||= item.isFollowed;
        return duplicateAt(known);
      }
      if (known.length > 0 || !isExpected || item.sequence.isBroken) {
        item.sequence.isBroken = true;
        return { outcome: 'conflict', actual: last === -1 ? 'noStream' : last };
      }

      let revision = last;
      recordedAt = Math.max(recordedAt, now());
      for (const { id, type, data, metadata } of item.events) {
        position += 1;
        revision += 1;
        insert.run(position, item.stream, revision, id, type, data, metadata, recordedAt);
      }
      heads.moved(item.stream, revision);
      return { outcome: 'appended', revision, position: BigInt(position) };
    });
    heads.end({ position, recordedAt });
    return results;
  });

  function knownPlaces(item: PreparedItem): Place[] {
    return item.events.flatMap((event) => selectPlace.get(item.stream, event.id) ?? []);
  }

  return (items) => {
    try {
      return translatingErrors(() => transaction.immediate(items));
    } catch (error) {
      heads.forget();
      throw error;
    }
  };
}

function duplicateAt(places: readonly Place[]): AppendResult {
  const last = places.reduce((a, b) => (b.revision > a.revision ? b : a));
  return { outcome: 'duplicate', revision: last.revision, position: BigInt(last.position) };
}

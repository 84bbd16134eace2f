// One transaction for many items: decides each against the log as it stands, inserts, commits. Any failure of the
// database rolls the whole batch back; a conflict or a duplicate is an answer and touches nobody else.
import type { AppendResult, ExpectedRevision } from '../event-store.js';
import type { Db } from './open-database.js';
import type { PreparedItem } from '../prepared-item.js';
import { translatingErrors } from './sqlite-errors.js';

interface Head {
  readonly position: number;
  readonly recordedAt: number;
}

interface Place {
  readonly revision: number;
  readonly position: number;
}

type InsertRow = [number, string, number, string, string, string, string, number];

/** `now`: UTC epoch ms. Returns one result an item, in order; when it returns, the items are durable. */
export type AppendBatch = (items: readonly PreparedItem[]) => readonly AppendResult[];

export function createAppendBatch(db: Db, now: () => number): AppendBatch {
  const selectHead = db.prepare<[], Head>(
    'SELECT position, recorded_at AS recordedAt FROM events ORDER BY position DESC LIMIT 1',
  );
  const selectLastRevision = db
    .prepare<[string], number | null>('SELECT max(revision) FROM events WHERE stream = ?')
    .pluck();
  const selectPlace = db.prepare<[string, string], Place>(
    'SELECT revision, position FROM events WHERE stream = ? AND id = ?',
  );
  const insert = db.prepare<InsertRow>(
    `INSERT INTO events (position, stream, revision, id, type, data, metadata, recorded_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );

  const transaction = db.transaction((items: readonly PreparedItem[]): AppendResult[] => {
    let { position, recordedAt } = selectHead.get() ?? { position: 0, recordedAt: 0 };
    return items.map((item) => {
      const actual: ExpectedRevision = selectLastRevision.get(item.stream) ?? 'noStream';
      const known = actual === 'noStream' ? [] : knownPlaces(item);
      // Ids come before the expected revision: whoever retries with an unknown outcome holds a stale one.
      if (known.length === item.events.length) return duplicateAt(known);
      if (known.length > 0 || actual !== item.expectedRevision || item.sequence.isBroken) {
        item.sequence.isBroken = true;
        return { outcome: 'conflict', actual };
      }

      let revision = actual === 'noStream' ? -1 : actual;
      recordedAt = Math.max(recordedAt, now());
      for (const { id, type, data, metadata } of item.events) {
        position += 1;
        revision += 1;
        insert.run(position, item.stream, revision, id, type, data, metadata, recordedAt);
      }
      return { outcome: 'appended', revision, position: BigInt(position) };
    });
  });

  function knownPlaces(item: PreparedItem): Place[] {
    return item.events.flatMap((event) => selectPlace.get(item.stream, event.id) ?? []);
  }

  return (items) => translatingErrors(() => transaction.immediate(items));
}

function duplicateAt(places: readonly Place[]): AppendResult {
  const last = places.reduce((a, b) => (b.revision > a.revision ? b : a));
  return { outcome: 'duplicate', revision: last.revision, position: BigInt(last.position) };
}

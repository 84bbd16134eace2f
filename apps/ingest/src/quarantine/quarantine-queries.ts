// The quarantine's SQL, each statement with its typed wrapper.
import type { Database } from 'better-sqlite3';
import type { ListQuery, QuarantineTotals } from './quarantine.js';
import type { NewItem, QuarantineItem, QuarantineItemWithRaw } from './quarantine-item.js';

/** The hash is told for whoever keeps the bytes elsewhere. */
export type FoundItem = QuarantineItemWithRaw & { readonly hash: Buffer };

export interface QuarantineQueries {
  totals(): QuarantineTotals;
  /** The id of the open item with this hash; null if there is none. */
  findOpen(hash: Buffer): number | null;
  /** It was refused so many times more, last at this time (epoch ms). */
  seenAgain(id: number, count: number, at: number): void;
  /** `id` null: the next one. Returns the id. */
  insert(item: NewItem, id: number | null): number;
  list(query: ListQuery): QuarantineItem[];
  get(id: number): FoundItem | null;
  /** The kept bytes of the open item that this resolves; null if there is none. */
  resolve(id: number, eventId: string, at: number): number | null;
}

type Row = Omit<QuarantineItem, 'isTruncated' | 'kafka'> & {
  readonly isTruncated: 0 | 1;
  readonly topic: string | null;
  readonly partition: number | null;
  readonly offset: string | null;
};

const COLUMNS = `items.id, code, detail, account_id AS accountId, via, form, received_at AS receivedAt,
  last_seen_at AS lastSeenAt, seen, bytes, total_bytes AS totalBytes, is_truncated AS isTruncated,
  resolved_at AS resolvedAt, event_id AS eventId, topic, "partition", "offset"`;
const TABLES = 'items LEFT JOIN kafka_messages ON kafka_messages.id = items.id';

export function prepareQueries(db: Database): QuarantineQueries {
  const totals = db.prepare<[], { items: number; bytes: number }>(
    'SELECT count(*) AS items, coalesce(sum(bytes), 0) AS bytes FROM items WHERE resolved_at IS NULL',
  );
  const findOpen = db
    .prepare<[Buffer], number>('SELECT id FROM items WHERE hash = ? AND resolved_at IS NULL')
    .pluck();
  const seenAgain = db.prepare<[number, number, number]>(
    'UPDATE items SET seen = seen + ?, last_seen_at = max(last_seen_at, ?) WHERE id = ?',
  );
  const insert = db.prepare(
    `INSERT INTO items (id, code, detail, account_id, via, form, received_at, last_seen_at, seen, bytes, total_bytes,
                        is_truncated, hash, raw)
     VALUES (@id, @code, @detail, @accountId, @via, @form, @receivedAt, @lastSeenAt, @seen, @bytes, @totalBytes,
             @isTruncated, @hash, @raw)`,
  );
  const insertKafka = db.prepare(
    'INSERT INTO kafka_messages (id, topic, "partition", "offset") VALUES (?, ?, ?, ?)',
  );
  const get = db.prepare<[number], Row & Pick<FoundItem, 'hash' | 'raw'>>(
    `SELECT ${COLUMNS}, hash, raw FROM ${TABLES} WHERE items.id = ?`,
  );
  const resolve = db
    .prepare<[number, string, number], number>(
      'UPDATE items SET resolved_at = ?, event_id = ? WHERE id = ? AND resolved_at IS NULL RETURNING bytes',
    )
    .pluck();
  const list = db.prepare<[Record<string, string | number | null>], Row>(
    `SELECT ${COLUMNS} FROM ${TABLES}
     WHERE (@before IS NULL OR items.id < @before)
       AND (@code IS NULL OR code = @code)
       AND (@state = 'all' OR (resolved_at IS NULL) = (@state = 'open'))
       AND (@accounts IS NULL OR account_id IN (SELECT value FROM json_each(@accounts)))
     ORDER BY items.id DESC LIMIT @limit`,
  );

  return {
    totals: () => totals.get() ?? { items: 0, bytes: 0 },
    findOpen: (hash) => findOpen.get(hash) ?? null,
    seenAgain: (id, count, at) => void seenAgain.run(count, at, id),
    insert: ({ kafka, ...item }, id) => {
      const row = { ...item, id, isTruncated: item.isTruncated ? 1 : 0 };
      const inserted = Number(insert.run(row).lastInsertRowid);
      if (kafka !== null) insertKafka.run(inserted, kafka.topic, kafka.partition, kafka.offset);
      return inserted;
    },
    list: ({ accounts, code, state, before, limit }) => {
      const parameters = {
        code,
        state,
        before,
        limit,
        accounts: accounts === '*' ? null : JSON.stringify(accounts),
      };
      return list.all(parameters).map(toItem);
    },
    get: (id) => {
      const row = get.get(id);
      if (row === undefined) return null;
      const { hash, raw, ...rest } = row;
      return { ...toItem(rest), hash, raw };
    },
    resolve: (id, eventId, at) => resolve.get(at, eventId, id) ?? null,
  };
}

function toItem({ topic, partition, offset, ...row }: Row): QuarantineItem {
  const isFromKafka = topic !== null && partition !== null && offset !== null;
  const kafka = isFromKafka ? { topic, partition, offset } : null;
  return { ...row, kafka, isTruncated: row.isTruncated === 1 };
}

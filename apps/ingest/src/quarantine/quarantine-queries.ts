// The quarantine's SQL, each statement with its typed wrapper.
import type { Database } from 'better-sqlite3';
import type { QuarantineItem, QuarantineItemWithRaw, RefusalReceived } from './quarantine-item.js';

export interface ListQuery {
  /** Which accounts' items; `*` also those of none. */
  readonly accounts: '*' | readonly string[];
  readonly code: string | null;
  readonly state: 'open' | 'resolved' | 'all';
  /** Only ids below this one. */
  readonly before: number | null;
  readonly limit: number;
}

export interface NewItem extends RefusalReceived {
  /** What is kept: the secrets are cut. */
  readonly raw: Buffer;
  readonly isTruncated: boolean;
  readonly hash: Buffer;
}

export interface QuarantineQueries {
  totals(): { readonly items: number; readonly bytes: number };
  /** The id of the open item with this hash, which has now been seen once more; null if there is none. */
  seenAgain(hash: Buffer, at: number): number | null;
  insert(item: NewItem): number;
  list(query: ListQuery): QuarantineItem[];
  get(id: number): QuarantineItemWithRaw | null;
  resolve(id: number, eventId: string, at: number): void;
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
  const seenAgain = db
    .prepare<[number, Buffer], number>(
      `UPDATE items SET seen = seen + 1, last_seen_at = max(last_seen_at, ?)
       WHERE hash = ? AND resolved_at IS NULL RETURNING id`,
    )
    .pluck();
  const insert = db.prepare(
    `INSERT INTO items (code, detail, account_id, via, form, received_at, last_seen_at, seen, bytes, total_bytes,
                        is_truncated, hash, raw)
     VALUES (@code, @detail, @accountId, @via, @form, @receivedAt, @receivedAt, 1, @bytes, @totalBytes,
             @isTruncated, @hash, @raw)`,
  );
  const insertKafka = db.prepare(
    'INSERT INTO kafka_messages (id, topic, "partition", "offset") VALUES (?, ?, ?, ?)',
  );
  const get = db.prepare<[number], Row & { readonly raw: Buffer }>(
    `SELECT ${COLUMNS}, raw FROM ${TABLES} WHERE items.id = ?`,
  );
  const resolve = db.prepare<[number, string, number]>(
    'UPDATE items SET resolved_at = ?, event_id = ? WHERE id = ? AND resolved_at IS NULL',
  );
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
    seenAgain: (hash, at) => seenAgain.get(at, hash) ?? null,
    insert: ({ refusal, reception, raw, isTruncated, hash }) => {
      const { code, detail, accountId, form, totalBytes } = refusal;
      const { via, receivedAt, kafka } = reception;
      const bytes = raw.length;
      const row = {
        code,
        detail,
        accountId,
        via,
        form,
        receivedAt,
        bytes,
        totalBytes,
        isTruncated: isTruncated ? 1 : 0,
        hash,
        raw,
      };
      const id = Number(insert.run(row).lastInsertRowid);
      if (kafka !== undefined) insertKafka.run(id, kafka.topic, kafka.partition, kafka.offset);
      return id;
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
      return row === undefined ? null : { ...toItem(row), raw: row.raw };
    },
    resolve: (id, eventId, at) => void resolve.run(at, eventId, id),
  };
}

function toItem({ topic, partition, offset, ...row }: Row): QuarantineItem {
  const isFromKafka = topic !== null && partition !== null && offset !== null;
  const kafka = isFromKafka ? { topic, partition, offset } : null;
  return { ...row, kafka, isTruncated: row.isTruncated === 1 };
}

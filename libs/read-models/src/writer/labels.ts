// Keeps the label tables in step with the events of each batch. Remembers what they hold, so that a batch reads only the
// labels that are new to this writer.
import type { Evidence } from '@libs/domain';
import { givenRows, givenTable } from '../given-rows.js';
import { UNNAMED_AT } from '../schema.js';
import type { Sql } from '../sql.js';
import {
  keyIdOf,
  LABEL_COLUMNS,
  LABEL_HISTORY_COLUMNS,
  LabelBook,
  labelOffers,
  type Label,
  type LabelKey,
} from './label-book.js';

/** Bounds the memory of a log whose keys never come twice. */
const REMEMBERED_LABELS = 50_000;

const MOVE = `ON CONFLICT (account, kind, key_id) DO UPDATE
  SET at = excluded.at, fingerprint = excluded.fingerprint, label = excluded.label`;

export interface NamingEvent {
  readonly account: string;
  readonly event: number;
  readonly evidence: Evidence;
}

export class Labels {
  private readonly book = new LabelBook();

  constructor(private readonly sql: Sql) {}

  /** `events` in the order of the log; those that were there before may be left out. */
  async write(events: readonly NamingEvent[]): Promise<void> {
    const offers = events.flatMap(({ account, event, evidence }) => labelOffers(account, event, evidence));
    await this.load(offers.filter((offer) => this.book.get(offer) === undefined));
    for (const offer of offers) this.book.offer(offer);
    const { labels, history } = this.book.takeRows();
    await this.sql.insert('label', LABEL_COLUMNS, labels, MOVE);
    await this.sql.insert('label_history', LABEL_HISTORY_COLUMNS, history);
    if (this.book.size > REMEMBERED_LABELS) this.forget();
  }

  /** After a transaction that failed. */
  forget(): void {
    this.book.clear();
  }

  private async load(keys: readonly LabelKey[]): Promise<void> {
    if (keys.length === 0) return;
    const asked = keys.map(({ account, kind, key }) => ({ account, kind, key_id: keyIdOf(key) }));
    const columns = { account: 'TEXT', kind: 'TEXT', key_id: 'TEXT' } as const;
    const rows = await this.sql.all<Label & { readonly label: string }>(
      `WITH ${givenTable(this.sql.dialect, 'asked', columns)}
       SELECT label.account, label.kind, label.key, label.at, label.fingerprint, label.label
       FROM asked CROSS JOIN label
       WHERE label.account = asked.account AND label.kind = asked.kind AND label.key_id = asked.key_id`,
      [givenRows(asked)],
    );
    for (const row of rows) this.book.note({ ...row, label: row.at === UNNAMED_AT ? null : row.label });
  }
}

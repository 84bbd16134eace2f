// The rows of many agents, written together: a few statements a batch, however many agents it touches.
// Agents do not depend on one another's rows, so nothing has to be read between.
import type { Sql, SqlRow } from '../sql.js';

/** In the order in which they are written. */
const COLUMNS = {
  agent: ['agent', 'account', 'agent_id', 'last_at', 'name', 'state'],
  evidence: [
    ...['agent', 'at', 'event', 'fingerprint', 'rank', 'revision', 'recorded_at', 'late'],
    ...['says', 'state'],
  ],
  series: ['series', 'agent', 'track', 'key'],
  status_interval: [
    ...['series', 'start_at', 'ordinal', 'end_at', 'uncertain_from', 'inferred'],
    ...['sum_ms', 'sum_entries', 'sum_uncertain', 'sum_inferred'],
    ...['agent', 'track', 'label', 'start_event', 'start_event_at', 'end_event', 'end_event_at'],
    ...['started_by', 'ended_by'],
  ],
  gap: ['agent', 'at', 'event', 'track', 'expected', 'found'],
  chain_break: ['agent', 'at', 'event'],
  attribute: ['agent', 'attribute', 'at', 'n', 'value'],
} as const;
type Table = keyof typeof COLUMNS;
const TABLES = Object.keys(COLUMNS) as Table[];

/** The tables whose rows come in another order than their keys, and how many of the first columns are the key. */
const KEY_LENGTHS: readonly (readonly [Table, number])[] = [
  ['evidence', 3],
  ['status_interval', 3],
  ['attribute', 4],
];

/** Sets the first columns where the last ones are equal. */
const UPDATES = {
  agent: { set: ['last_at', 'name', 'state'], where: ['agent'] },
  evidence: { set: ['rank', 'state'], where: ['agent', 'at', 'event'] },
  status_interval: {
    set: ['end_at', 'uncertain_from', 'end_event', 'end_event_at', 'ended_by'],
    where: ['series', 'start_at', 'ordinal'],
  },
} as const;
type Updated = keyof typeof UPDATES;

export class RowBatch {
  private readonly inserts = new Map<Table, SqlRow[]>();
  private readonly updates = new Map<Updated, SqlRow[]>();

  insert(table: Table, row: SqlRow): void {
    push(this.inserts, table, row);
  }

  update(table: Updated, row: SqlRow): void {
    push(this.updates, table, row);
  }

  /** For tables that hold none of these rows' agents yet: each table's rows in the order of its key. */
  async writeByKey(sql: Sql): Promise<void> {
    for (const [table, length] of KEY_LENGTHS) {
      this.inserts.get(table)?.sort((one, other) => compareStarts(one, other, length));
    }
    await this.write(sql);
  }

  async write(sql: Sql): Promise<void> {
    for (const [table, rows] of this.updates) {
      const { set, where } = UPDATES[table];
      await sql.update(table, set, where, rows);
    }
    for (const table of TABLES) {
      const rows = this.inserts.get(table);
      if (rows) await sql.insert(table, COLUMNS[table], rows);
    }
  }
}

function compareStarts(one: SqlRow, other: SqlRow, length: number): number {
  for (let at = 0; at < length; at += 1) {
    const [x, y] = [one[at] ?? 0, other[at] ?? 0];
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

function push<Name>(all: Map<Name, SqlRow[]>, table: Name, row: SqlRow): void {
  const rows = all.get(table);
  if (rows) rows.push(row);
  else all.set(table, [row]);
}

// The few verbs the read model needs of a database. Statements use `?` for parameters and only what SQLite and
// PostgreSQL agree on. One Sql is one connection and serves one flow of control: calls must not overlap.

export type SqlValue = string | number | Uint8Array | null;

export interface Sql {
  all<Row>(statement: string, parameters?: readonly SqlValue[]): Promise<Row[]>;
  /** Returns how many rows were changed. */
  run(statement: string, parameters?: readonly SqlValue[]): Promise<number>;
  /** Inserts rows of one table; every row has as many values as there are columns. */
  insert(table: string, columns: readonly string[], rows: readonly (readonly SqlValue[])[]): Promise<void>;
  /** All of `work` or nothing; `read` gives every statement in it the same snapshot. */
  transaction<T>(mode: 'read' | 'write', work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

// The few verbs the read model needs of a database. Statements use `?` for parameters and only what SQLite and
// PostgreSQL agree on, or ask for the dialect. One Sql is one connection and serves one flow of control: calls must not
// overlap, save transactions, which wait for one another.

export type Dialect = 'sqlite' | 'postgres';
export type SqlValue = string | number | Uint8Array | null;
export type SqlRow = readonly SqlValue[];

/** A column and how the row's value must stand to the given one. */
export type SqlCondition = readonly [column: string, comparison: '=' | '>' | '>='];

export interface Sql {
  readonly dialect: Dialect;
  /** Makes the tables of this fold version, anew where another one fills them. Only the writer may. */
  prepare(): Promise<void>;
  all<Row>(statement: string, parameters?: readonly SqlValue[]): Promise<Row[]>;
  /** Returns how many rows were changed. */
  run(statement: string, parameters?: readonly SqlValue[]): Promise<number>;
  /** Inserts rows of one table, each with as many values as columns; `onConflict` says what else may happen to them. */
  insert(
    table: string,
    columns: readonly string[],
    rows: readonly SqlRow[],
    onConflict?: string,
  ): Promise<void>;
  /** Per row: sets the columns `set` where the columns `where` are equal. A row has those values, in this order. */
  update(
    table: string,
    set: readonly string[],
    where: readonly string[],
    rows: readonly SqlRow[],
  ): Promise<void>;
  /** Per row: deletes what meets every condition with the row's values. */
  remove(table: string, where: readonly SqlCondition[], rows: readonly SqlRow[]): Promise<void>;
  /** All of `work` or nothing; `read` gives every statement in it the same snapshot. */
  transaction<T>(mode: 'read' | 'write', work: () => Promise<T>): Promise<T>;
  /**
   * A version of its own beside the one that serves, for a writer to fill; absent where there is no place for one. What
   * an earlier one left is removed: there is one at a time.
   */
  readonly beginVersion?: () => Promise<VersionBuild>;
  close(): Promise<void>;
}

export interface VersionBuild {
  /** Its tables, empty. Nobody else sees them, and a crash leaves nothing of them. */
  readonly sql: Sql;
  /** An empty folder on the same disk; it goes with the build. */
  readonly scratch: string;
  /** Puts it in the place of the version that serves, on disk and in one step; from then on this `Sql` writes to it. */
  readonly serve: () => Promise<void>;
  /** Leaves nothing of it. */
  readonly discard: () => Promise<void>;
}

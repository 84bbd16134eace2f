// Rows handed to a statement as one JSON parameter, so that one statement text serves any number of them.
import type { Dialect } from './sql.js';

export type GivenColumns = Readonly<Record<string, 'BIGINT' | 'TEXT'>>;

/** `name AS (SELECT …)`, to stand after WITH; its one `?` takes `givenRows`. */
export function givenTable(dialect: Dialect, name: string, columns: GivenColumns): string {
  const entries = Object.entries(columns);
  switch (dialect) {
    case 'sqlite': {
      const values = entries.map(([column]) => `value ->> '${column}' AS ${column}`);
      return `${name} AS (SELECT ${values.join(', ')} FROM json_each(?))`;
    }
    case 'postgres': {
      const types = entries.map(([column, type]) => `${column} ${type === 'TEXT' ? TEXT : type}`);
      return `${name} AS (SELECT * FROM json_to_recordset(?::json) AS given (${types.join(', ')}))`;
    }
    default:
      throw new Error(`no such dialect: ${String(dialect satisfies never)}`);
  }
}

/** The columns' own collation; with another one their indexes would not serve. */
const TEXT = 'TEXT COLLATE "C"';

export function givenRows(rows: readonly Readonly<Record<string, string | number>>[]): string {
  return JSON.stringify(rows);
}

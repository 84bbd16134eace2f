// Opens the read model for writing: makes its tables, or makes them anew when another fold filled them.
import { FOLD_VERSION, schemaFor } from '../schema.js';
import type { Sql } from '../sql.js';

const NAMES_OF_TABLES =
  'checkpoint, agent, evidence, series, interval, gap, chain_break, attribute, label'.split(', ');

/** Everything in the tables is derived from the log, so tables of another fold version are dropped and filled again. */
export async function prepareTables(sql: Sql): Promise<void> {
  const [found] = await sql.all<{ found: number }>(
    "SELECT count(*) AS found FROM sqlite_master WHERE type = 'table' AND name = 'checkpoint'",
  );
  if (found?.found === 1) {
    const [row] = await sql.all<{ fold_version: number }>('SELECT fold_version FROM checkpoint');
    if (row?.fold_version === FOLD_VERSION) return;
  }
  await sql.transaction('write', async () => {
    for (const table of NAMES_OF_TABLES) await sql.run(`DROP TABLE IF EXISTS ${table}`);
    for (const statement of schemaFor('sqlite')) await sql.run(statement);
    await sql.insert(
      'checkpoint',
      ['id', 'fold_version', 'position', 'recorded_at', 'events'],
      [[1, FOLD_VERSION, null, null, 0]],
    );
  });
}

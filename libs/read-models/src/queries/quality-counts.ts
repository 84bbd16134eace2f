// What is known to be missing or late in the whole read model, for the operator's metrics: three numbers, no account, no agent.
import type { Sql } from '../sql.js';
import type { QueryReply } from './queries.js';

/** `{ gaps, chainBreaks, lateEvents }`. Reads every row of the first two: not for every request. */
export async function qualityCounts(sql: Sql): Promise<QueryReply> {
  const count = async (rows: string): Promise<number> => {
    const [row] = await sql.all<{ n: number }>(`SELECT count(*) AS n FROM ${rows}`);
    return row?.n ?? 0;
  };
  const gaps = await count('gap');
  const chainBreaks = await count('chain_break');
  const lateEvents = await count('evidence WHERE late = 1');
  return { body: { gaps, chainBreaks, lateEvents }, next: null };
}

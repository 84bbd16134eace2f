// Finding accounts and agents, and the instants and cursors that replies share.
import type { FoldState } from '@libs/domain';
import { z } from 'zod';
import type { Sql } from '../sql.js';
import { QueryError } from './queries.js';

export interface AgentRow {
  readonly agent: number;
  readonly agent_id: string;
  readonly name: string | null;
  readonly last_at: number;
  readonly state: string;
}

export async function demandAccount(sql: Sql, account: string): Promise<void> {
  const [row] = await sql.all('SELECT 1 FROM agent WHERE account = ? LIMIT 1', [account]);
  if (!row) throw new QueryError('account-not-found', 'There is no such account.');
}

export async function findAgent(sql: Sql, account: string, agentId: string): Promise<AgentRow> {
  const [row] = await sql.all<AgentRow>(
    'SELECT agent, agent_id, name, last_at, state FROM agent WHERE account = ? AND agent_id = ?',
    [account, agentId],
  );
  if (row) return row;
  await demandAccount(sql, account);
  throw new QueryError('agent-not-found', 'There is no such agent in this account.');
}

/** Ids are digits without leading zeros, so the longer one is the greater. */
export const BY_AGENT_NUMBER = 'length(agent_id), agent_id';

export function stateOf(row: AgentRow): FoldState {
  return JSON.parse(row.state) as FoldState;
}

export function instant(t: number): string;
export function instant(t: number | null): string | null;
export function instant(t: number | null): string | null {
  return t === null ? null : new Date(t).toISOString();
}

/** `max(from, min(to, asOf))`: the window's end as far as anything can be known. */
export function effectiveEnd(from: number, to: number, asOf: number): number {
  return Math.max(from, Math.min(to, asOf));
}

/** Splits one row more than the page holds into the page and what the next page starts after. */
export function paged<Row>(
  rows: readonly Row[],
  limit: number,
  keyOfRow: (row: Row) => unknown,
): [Row[], string | null] {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return [page, rows.length > limit && last !== undefined ? JSON.stringify(keyOfRow(last)) : null];
}

/** What `paged` gave as the key of the last row before; undefined on the first page. It comes from the client: checked. */
export function resumed<Key>(after: string | null, key: z.ZodType<Key>): Key | undefined {
  if (after === null) return undefined;
  try {
    return key.parse(JSON.parse(after));
  } catch {
    throw new QueryError('invalid-parameters', 'The cursor is damaged.', 'cursor');
  }
}

// Who may write, on PostgreSQL: one row with a token and a time of the database's own clock. Whoever takes it gets a
// greater token; every batch checks its token in its own transaction and keeps the row locked until it ends, so that
// nobody can take the lease under a batch, and one who slept through its lease commits nothing.
import { LeaseLostError, type ProjectionLease } from '@libs/projection';
import type { Sql } from '../sql.js';

export const LEASE_MS = 5_000;

export interface FencingLease extends ProjectionLease {
  /** Within a batch's transaction, first of all. Throws `LeaseLostError`. */
  demand(): Promise<void>;
}

const UNTIL = `clock_timestamp() + ${LEASE_MS} * interval '1 millisecond'`;

export function postgresLease(sql: Sql): FencingLease {
  let token: number | null = null;

  /** A lease that ran out but that nobody has taken is still one's own. */
  async function extend(): Promise<boolean> {
    if (token === null) return false;
    const kept = await sql.run(`UPDATE lease SET expires_at = ${UNTIL} WHERE id = 1 AND token = ?`, [token]);
    return kept === 1;
  }

  return {
    acquire: async () => {
      // One that a batch has locked is held.
      const [taken] = await sql.transaction('write', () =>
        sql.all<{ token: number }>(
          `UPDATE lease SET token = token + 1, expires_at = ${UNTIL}
           WHERE id = (SELECT id FROM lease WHERE expires_at <= clock_timestamp() FOR UPDATE SKIP LOCKED)
           RETURNING token`,
        ),
      );
      token = taken?.token ?? null;
      return taken !== undefined;
    },
    renew: () => sql.transaction('write', extend),
    demand: async () => {
      if (!(await extend())) throw new LeaseLostError();
    },
    release: async () => {
      if (token === null) return;
      const given = token;
      token = null;
      await sql.transaction('write', () =>
        sql.run('UPDATE lease SET expires_at = clock_timestamp() WHERE id = 1 AND token = ?', [given]),
      );
    },
  };
}

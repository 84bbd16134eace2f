// Holds the rows of every agent of an account, on any engine, to the pure fold of its updates.
import { expect } from '@jest/globals';
import type { DecodedUpdate } from '@libs/domain';
import type { Sql } from '@libs/read-models';
import { expectedRows, pureModel, storedRows } from '@libs/read-models/testing';

/** `logged`: all updates of one account, in the order of the log. */
export async function expectPureRows(sql: Sql, logged: readonly DecodedUpdate[]): Promise<void> {
  const model = pureModel(logged);
  const known = await sql.all<{ agent_id: string }>('SELECT agent_id FROM agent WHERE account = ?', [
    logged[0]?.data.accountId ?? '',
  ]);
  expect(known.length).toBeGreaterThan(0);
  expect(new Set(known.map(({ agent_id }) => agent_id))).toEqual(new Set(model.keys()));
  for (const agent of model.values()) {
    expect(await storedRows(sql, agent)).toEqual(expectedRows(agent));
  }
}

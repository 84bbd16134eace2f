// All that the tables hold of a feed against the pure fold of it.
import { expect } from '@jest/globals';
import type { DecodedUpdate } from '@libs/domain';
import type { Sql } from '../sql.js';
import { expectedLabels, storedLabels } from './pure-labels.js';
import { expectedRows, pureModel, storedRows } from './pure-model.js';

/** `updates` in the order of the log, the first at position 1; of one account. */
export async function expectPure(sql: Sql, updates: readonly DecodedUpdate[]): Promise<void> {
  for (const agent of pureModel(updates).values()) {
    expect(await storedRows(sql, agent)).toEqual(expectedRows(agent));
  }
  expect(await storedLabels(sql, updates[0]?.data.accountId ?? '')).toEqual(expectedLabels(updates));
}

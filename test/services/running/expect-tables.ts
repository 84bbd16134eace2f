// Lets a projector read the log to its end, and holds every agent's rows to the pure fold of it.
import type { DecodedUpdate } from '@libs/domain';
import { openSqlite } from '@libs/read-models';
import { join } from 'node:path';
import { ask } from '../../running/ask-projector.js';
import { expectPureRows } from '../../running/expect-pure-rows.js';
import { AppProcess, type AppVariables } from './app-process.js';
import { until } from './until.js';

/** `logged`: the updates in the order of the log; `lastPosition`: where it ends. The read model is a file in `folder`. */
export async function expectTables(
  folder: string,
  variables: AppVariables,
  logged: readonly DecodedUpdate[],
  lastPosition: bigint,
): Promise<void> {
  const projector = AppProcess.start('projector', folder, variables);
  try {
    await until(async () => (await projector.readiness()).status === 200);
    await ask(await projector.url(), '/v1/accounts', { minPosition: String(lastPosition) });
    const sql = openSqlite(join(folder, 'read.db'), 'read');
    try {
      await expectPureRows(sql, logged);
    } finally {
      await sql.close();
    }
  } finally {
    await projector.destroy();
  }
}

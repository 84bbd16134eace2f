// Runs the contract every adapter keeps on real files.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeEventStoreContract } from '../testing/index.js';
import { openSqliteEventStore } from './index.js';

describeEventStoreContract('SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'events-'));
  let clock = 1_700_000_000_000;
  return {
    // A clock that runs backwards half the time.
    open: () =>
      Promise.resolve(
        openSqliteEventStore({
          file: join(folder, 'events.db'),
          now: () => (clock += clock % 2 === 0 ? 7 : -5),
        }),
      ),
    destroy: () => rm(folder, { recursive: true }),
  };
});

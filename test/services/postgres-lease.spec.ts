// P2 where a projector stops in the middle of a batch: nobody takes the lease under it, until the server ends its session.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ModelUnavailableError } from '@libs/projection';
import { openPostgres, openReadModelWriter, type PostgresTarget, type Sql } from '@libs/read-models';
import { postgresLease } from '../../libs/read-models/src/postgres/postgres-lease.js';
import { dropModel, newName } from './running/postgres-models.js';
import { requireService } from './running/services.js';
import { until } from './running/until.js';

describe('a batch in the middle', () => {
  let target: PostgresTarget;
  let one: Sql;
  let other: Sql;

  beforeEach(async () => {
    target = { url: await requireService('TEST_POSTGRES_URL'), schema: newName() };
    one = openPostgres(target, 'write');
    await openReadModelWriter(one);
    other = openPostgres(target, 'write');
  });
  afterEach(async () => {
    await one.close();
    await other.close();
    await dropModel(target);
  });

  it('keeps its lease although it ran out before; one that sleeps there loses both, and its rows', async () => {
    const [mine, others] = [postgresLease(one), postgresLease(other)];
    expect(await mine.acquire()).toBe(true);
    await other.run("UPDATE lease SET expires_at = '-infinity'");
    const batch = one.transaction('write', async () => {
      await mine.demand();
      await one.run("UPDATE checkpoint SET position = '7'");
      expect(await others.acquire()).toBe(false);
      // Says nothing more until the other has the lease: the server must have ended this session by then.
      await until(() => others.acquire());
      await one.run("UPDATE checkpoint SET position = '8'");
    });
    await expect(batch).rejects.toBeInstanceOf(ModelUnavailableError);
    expect(await other.all('SELECT position FROM checkpoint')).toEqual([{ position: null }]);
    expect(await mine.renew()).toBe(false);
  });
});

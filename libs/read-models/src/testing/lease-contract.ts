// P2 in the tables of PostgreSQL: whoever does not hold the lease commits nothing, however it lost it.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arbitraryFeed } from '@libs/domain/testing';
import { LeaseLostError } from '@libs/projection';
import type { Sql } from '../sql.js';
import { openReadModelWriter, type ReadModel } from '../writer/read-model-writer.js';
import type { SuiteDatabase } from './describe-dialects.js';
import { expectedRows, pureModel, storedRows } from './pure-model.js';
import { inBatches, recorded } from './recorded.js';

const SEED = 20_240_106;

export function describeLease({ open }: SuiteDatabase): void {
  describe('the lease', () => {
    const [updates = []] = fc.sample(arbitraryFeed, { seed: SEED, numRuns: 1 });
    const [first, second] = inBatches(recorded(updates), [10]);

    async function openTwo(): Promise<{ sql: Sql; one: ReadModel; other: ReadModel }> {
      const sql = await open();
      return { sql, one: await openReadModelWriter(sql), other: await openReadModelWriter(sql) };
    }
    /** As if five seconds had passed without a word of the holder. */
    const runOut = (sql: Sql) => sql.run("UPDATE lease SET expires_at = '-infinity'");

    it('is held by one of two; without it not even the first batch is taken', async () => {
      const { sql, one, other } = await openTwo();
      expect([await one.lease?.acquire(), await other.lease?.acquire()]).toEqual([true, false]);
      await expect(other.apply(first!)).rejects.toBeInstanceOf(LeaseLostError);
      expect(await sql.all('SELECT * FROM evidence')).toEqual([]);
      await one.apply(first!);
      expect([await one.lease?.renew(), await other.lease?.renew()]).toEqual([true, false]);
      await sql.close();
    });

    it('that ran out while its holder slept is another one’s, and the sleeper commits nothing more', async () => {
      const { sql, one, other } = await openTwo();
      await one.lease?.acquire();
      await one.apply(first!);
      await runOut(sql);
      expect(await other.lease?.acquire()).toBe(true);
      await expect(one.apply(second!)).rejects.toBeInstanceOf(LeaseLostError);
      expect(await one.lease?.renew()).toBe(false);
      expect(await other.checkpoint()).toBe(first!.next);
      await other.apply(second!);
      for (const agent of pureModel(updates).values()) {
        expect(await storedRows(sql, agent)).toEqual(expectedRows(agent));
      }
      await sql.close();
    });

    it('that ran out but that nobody has taken is still its holder’s', async () => {
      const { sql, one, other } = await openTwo();
      await one.lease?.acquire();
      await runOut(sql);
      await one.apply(first!);
      expect(await other.lease?.acquire()).toBe(false);
      await sql.close();
    });

    it('taken back finds what another one wrote meanwhile', async () => {
      const { sql, one, other } = await openTwo();
      const batches = inBatches(recorded(updates), [10, 20]);
      const writers = [one, other, one];
      for (const [index, batch] of batches.entries()) {
        expect(await writers[index]!.lease?.acquire()).toBe(true);
        await writers[index]!.apply(batch);
        await writers[index]!.lease?.release();
      }
      for (const agent of pureModel(updates).values()) {
        expect(await storedRows(sql, agent)).toEqual(expectedRows(agent));
      }
      await sql.close();
    });

    it('given up is there for another at once', async () => {
      const { sql, one, other } = await openTwo();
      await one.lease?.acquire();
      await one.lease?.release();
      expect(await other.lease?.acquire()).toBe(true);
      await expect(one.apply(first!)).rejects.toBeInstanceOf(LeaseLostError);
      await sql.close();
    });
  });
}

// The tables against the pure fold: whatever order, batches and redelivery the log brings (promise P3). On every database.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeAgentUpdate, type DecodedUpdate } from '@libs/domain';
import { arbitraryFeed, arbitraryLongFeed } from '@libs/domain/testing';
import { CheckpointMismatchError, PoisonEventError } from '@libs/projection';
import { openReadModelWriter } from '../writer/read-model-writer.js';
import type { SuiteDatabase } from './describe-dialects.js';
import { expectPure } from './expect-pure.js';
import { inBatches, recorded } from './recorded.js';
import { takeOver } from './take-over.js';

const SEED = 20_240_102;

export function describeWriter({ open, runs }: SuiteDatabase): void {
  describe('the read model', () => {
    it('equals the pure fold, for any arrival order, batch split and redelivery', async () => {
      const splits = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 12 });
      await fc.assert(
        fc.asyncProperty(arbitraryFeed, splits, async (updates, ends) => {
          const sql = await open();
          const model = await takeOver(await openReadModelWriter(sql));
          for (const batch of inBatches(recorded(updates), ends)) await model.apply(batch);
          await expectPure(sql, updates);
          await sql.close();
        }),
        { seed: SEED, numRuns: runs(250, 'writes'), endOnFailure: true },
      );
    });

    it('equals the pure fold when every event comes in a batch of its own, across restarts', async () => {
      await fc.assert(
        fc.asyncProperty(
          arbitraryLongFeed,
          fc.integer({ min: 1, max: 30 }),
          async (updates, restartEvery) => {
            const sql = await open();
            let model = await takeOver(await openReadModelWriter(sql));
            for (const [index, batch] of inBatches(
              recorded(updates),
              updates.map((_, at) => at),
            ).entries()) {
              // A new writer remembers nothing: all it goes on with comes from the tables.
              if (index % restartEvery === 0) model = await takeOver(await openReadModelWriter(sql), model);
              await model.apply(batch);
            }
            await expectPure(sql, updates);
            await sql.close();
          },
        ),
        { seed: SEED, numRuns: runs(40, 'writes'), endOnFailure: true },
      );
    });
  });

  describe('a late event', () => {
    it('that confirms a status takes back the split that its absence had proved', async () => {
      const said = (at: string, since: string): DecodedUpdate => {
        const agent = { id: 1, status: 1, updated_at: at, last_status_change_at: since };
        const decoded = decodeAgentUpdate(
          { account_id: 7, data: { agent } },
          { receivedAt: Date.UTC(2025, 0, 1) },
        );
        if (!decoded.ok) throw new Error(decoded.code);
        return decoded.update;
      };
      // Enough events on time for a stored state from which the refold resumes, with the interval open in it.
      const onTime = Array.from({ length: 20 }, (_, minute) =>
        said(`2024-01-01T08:${minute + 10}:00Z`, '2024-01-01T08:00:00Z'),
      );
      const split = said('2024-01-01T10:00:00Z', '2024-01-01T09:00:00Z');
      const late = said('2024-01-01T09:30:00Z', '2024-01-01T08:00:00Z');
      const updates = [...onTime, split, late];
      const sql = await open();
      const model = await takeOver(await openReadModelWriter(sql));
      const counts = 'SELECT count(*) AS intervals, count(end_at) AS ended FROM status_interval';
      for (const batch of inBatches(recorded(updates), [20, 21])) {
        await model.apply(batch);
        if (batch.next === 21n) expect(await sql.all(counts)).toEqual([{ intervals: 2, ended: 1 }]);
      }
      expect(await sql.all(counts)).toEqual([{ intervals: 1, ended: 0 }]);
      await expectPure(sql, updates);
      await sql.close();
    });
  });

  describe('a batch', () => {
    const [updates] = fc.sample(arbitraryFeed, { seed: SEED, numRuns: 1 });
    const events = recorded(updates ?? []);

    it('moves rows and checkpoint together, or neither', async () => {
      const sql = await open();
      const model = await takeOver(await openReadModelWriter(sql));
      const damaged = events.map((event, index) =>
        index === events.length - 1 ? { ...event, data: null } : event,
      );
      const [batch] = inBatches(damaged, []);
      await expect(model.apply(batch!)).rejects.toBeInstanceOf(PoisonEventError);
      expect(await model.checkpoint()).toBeNull();
      expect(await sql.all('SELECT * FROM evidence')).toEqual([]);
      await model.apply({ events, expected: null, next: BigInt(events.length) });
      expect(await model.checkpoint()).toBe(BigInt(events.length));
      await sql.close();
    });

    it('of a writer that another one has overtaken is refused as a whole', async () => {
      const sql = await open();
      const [one, other] = [await openReadModelWriter(sql), await openReadModelWriter(sql)];
      const [first, second] = inBatches(events, [1]);
      await takeOver(one);
      await one.apply(first!);
      await takeOver(other, one);
      await expect(other.apply(first!)).rejects.toBeInstanceOf(CheckpointMismatchError);
      await other.apply(second!);
      await takeOver(one, other);
      await expect(one.apply({ ...second!, expected: 1n })).rejects.toBeInstanceOf(CheckpointMismatchError);
      expect(await one.checkpoint()).toBe(BigInt(events.length));
      await sql.close();
    });
  });
}

// An agent's sessions from the read model: whole, however small the window that asks for them.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { effectiveEnd, sessionsInWindow, sessionsOfIntervals } from '@libs/domain';
import { arbitraryFeed, DAY } from '@libs/domain/testing';
import { runQuery } from '../queries/run-query.js';
import { openReadModelWriter } from '../writer/read-model-writer.js';
import type { SuiteDatabase } from './describe-dialects.js';
import { pureModel } from './pure-model.js';
import { inBatches, recorded } from './recorded.js';
import { takeOver } from './take-over.js';

const SEED = 20_240_104;
const second = fc.integer({ min: -5, max: 60 }).map((s) => DAY + s * 1000);
const window = fc.tuple(second, second).filter(([from, to]) => from < to);

export function describeSessions({ open, runs }: SuiteDatabase): void {
  describe('sessions', () => {
    it('equal those of the pure fold, also where they begin before the window or end after it', async () => {
      await fc.assert(
        fc.asyncProperty(
          arbitraryFeed,
          fc.array(window, { minLength: 10, maxLength: 20 }),
          async (updates, windows) => {
            const sql = await open();
            const model = await takeOver(await openReadModelWriter(sql));
            for (const batch of inBatches(recorded(updates), [])) await model.apply(batch);
            const asOf = DAY + 100_000;
            for (const [agentId, { timeline }] of pureModel(updates)) {
              const all = sessionsOfIntervals(timeline.intervals.login);
              for (const [from, to] of windows) {
                const asked = { account: '7', agentId, from, to, asOf, limit: 1000, after: null };
                const { body } = await runQuery(sql, 'sessions', asked);
                const pure = sessionsInWindow(all, from, effectiveEnd({ from, to, asOf }));
                expect(body.sessions).toEqual(
                  pure.map(({ start, end, ...rest }) => ({
                    ...{
                      start: new Date(start).toISOString(),
                      end: end === null ? null : new Date(end).toISOString(),
                    },
                    ...rest,
                  })),
                );
              }
            }
            await sql.close();
          },
        ),
        { seed: SEED, numRuns: runs(100, 'writes'), endOnFailure: true },
      );
    });
  });
}

// An agent's sessions from the read model: whole, however small the window that asks for them.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { effectiveEnd, sessionsInWindow, sessionsOfIntervals } from '@libs/domain';
import { arbitraryFeed, DAY } from '@libs/domain/testing';
import { openSqlite } from '../sqlite/open-sqlite.js';
import { pureModel } from '../testing/pure-model.js';
import { inBatches, recorded } from '../testing/recorded.js';
import { openReadModelWriter } from '../writer/read-model-writer.js';
import { runQuery } from './run-query.js';

const SEED = 20_240_104;
const second = fc.integer({ min: -5, max: 60 }).map((s) => DAY + s * 1000);
const window = fc.tuple(second, second).filter(([from, to]) => from < to);

describe('sessions', () => {
  it('equal those of the pure fold, also where they begin before the window or end after it', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryFeed,
        fc.array(window, { minLength: 10, maxLength: 20 }),
        async (updates, windows) => {
          const sql = openSqlite(':memory:', 'write');
          const model = await openReadModelWriter(sql);
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
      { seed: SEED, numRuns: 100, endOnFailure: true },
    );
  });
});

// Every query's reply, to the byte: the same text from every database, also while pages follow one another.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TRACKS, type DecodedUpdate } from '@libs/domain';
import { arbitraryFeed, DAY } from '@libs/domain/testing';
import { QueryError, type QueryName, type QueryParameters } from '../queries/queries.js';
import { runQuery } from '../queries/run-query.js';
import type { Sql } from '../sql.js';
import { openSqlite } from '../sqlite/open-sqlite.js';
import { openReadModelWriter } from '../writer/read-model-writer.js';
import { arbitraryReport } from './arbitrary-report.js';
import type { SuiteDatabase } from './describe-dialects.js';
import { inBatches, recorded } from './recorded.js';
import { takeOver } from './take-over.js';

const SEED = 20_240_105;

export function describeAnswers(database: SuiteDatabase): void {
  describe('an answer', () => {
    const feeds = fc.sample(arbitraryFeed, { seed: SEED, numRuns: 4 });
    const pairs: { readonly sql: Sql; readonly sqlite: Sql }[] = [];

    beforeAll(async () => {
      for (const updates of feeds) {
        const [sql, sqlite] = [await database.open(), openSqlite(':memory:', 'write')];
        await fill(sql, updates);
        await fill(sqlite, updates);
        pairs.push({ sql, sqlite });
      }
    });
    afterAll(async () => {
      for (const { sql, sqlite } of pairs) {
        await sql.close();
        await sqlite.close();
      }
    });

    async function expectSame<N extends QueryName>(name: N, asked: QueryParameters[N]): Promise<void> {
      for (const { sql, sqlite } of pairs) {
        let after: string | null = null;
        do {
          const parameters: QueryParameters[N] = { ...asked, after };
          const expected: Answer = await answer(sqlite, name, parameters);
          expect(await answer(sql, name, parameters)).toEqual(expected);
          after = expected.next;
        } while (after !== null);
      }
    }

    it.each(['time-in-status', 'acw', 'sessions-report', 'data-quality'] as const)(
      'is the same as from SQLite: %s',
      async (name) => {
        const settings = { seed: SEED, numRuns: database.runs(100, 'reads'), endOnFailure: true };
        await fc.assert(
          fc.asyncProperty(arbitraryReport, (asked) => expectSame(name, asked)),
          settings,
        );
      },
    );

    const account = { account: '7', asOf: DAY + 30_000, after: null };
    const agent = { ...account, agentId: '1', from: DAY + 5_000, to: DAY + 40_000, limit: 3 };

    it('is the same as from SQLite: accounts, agents, teams, statuses, live', async () => {
      await expectSame('accounts', {});
      for (const limit of [1, 1000]) {
        for (const name of ['agents', 'teams', 'live'] as const)
          await expectSame(name, { ...account, limit });
        for (const track of TRACKS) await expectSame('statuses', { ...account, limit, track });
      }
    });

    it('is the same as from SQLite: one agent, its timeline, sessions and events', async () => {
      await expectSame('agent', agent);
      for (const name of ['sessions', 'event-places'] as const) await expectSame(name, agent);
      for (const track of [null, ...TRACKS]) await expectSame('timeline', { ...agent, track });
    });
  });
}

interface Answer {
  readonly text: string;
  readonly next: string | null;
}

/** A refusal is an answer, too. */
async function answer<N extends QueryName>(
  sql: Sql,
  name: N,
  parameters: QueryParameters[N],
): Promise<Answer> {
  try {
    const { body, next } = await runQuery(sql, name, parameters);
    return { text: JSON.stringify(body), next };
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return { text: error.code, next: null };
  }
}

async function fill(sql: Sql, updates: readonly DecodedUpdate[]): Promise<void> {
  const model = await takeOver(await openReadModelWriter(sql));
  for (const batch of inBatches(recorded(updates), [7, 20])) await model.apply(batch);
}

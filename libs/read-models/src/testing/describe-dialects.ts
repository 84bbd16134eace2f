// Runs a suite on every database of `npm test`. Real servers run the same suites in the service tests.
import { afterAll, beforeAll, describe } from '@jest/globals';
import type { Sql } from '../sql.js';
import { DIALECTS, type DatabaseUnderTest, type DialectUnderTest } from './dialects.js';

/** What a suite is given. `runs` lessens the runs of a property where they take long. */
export interface SuiteDatabase {
  /** An empty read model of its own. */
  readonly open: () => Promise<Sql>;
  readonly runs: (onSqlite: number, of: 'writes' | 'reads') => number;
}

const START_MS = 60_000;

export function describeOn(dialect: DialectUnderTest, suite: (database: SuiteDatabase) => void): void {
  describe(`on ${dialect.name}`, () => {
    let database: DatabaseUnderTest;
    beforeAll(async () => {
      database = await dialect.start();
    }, START_MS);
    afterAll(() => database.close());
    suite({
      open: () => database.open(),
      runs: (onSqlite, of) => Math.ceil(onSqlite / dialect.slower[of]),
    });
  });
}

export function describeDialects(suite: (database: SuiteDatabase) => void): void {
  for (const dialect of DIALECTS) describeOn(dialect, suite);
}

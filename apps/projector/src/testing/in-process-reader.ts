// A reader in the caller's own thread: one connection, one request at a time, as a reader thread has it.
import { openSqlite, type QueryName, type Sql } from '@libs/read-models';
import { answerQuery } from '../queries/answer-query.js';
import type { QueryReader } from '../queries/query-reader.js';
import type { ReadAnswer, ReadRequest } from '../queries/read-request.js';

export function inProcessReader(file: string): QueryReader {
  let sql: Sql | null = null;
  let last: Promise<unknown> = Promise.resolve();
  return {
    ask: <Name extends QueryName>(request: ReadRequest<Name>): Promise<ReadAnswer> => {
      const answer = last.then(() => answerQuery(() => (sql ??= openSqlite(file, 'read')), request));
      last = answer.catch(() => undefined);
      return answer;
    },
    waiting: () => 0,
    close: async () => {
      await last;
      await sql?.close();
    },
  };
}

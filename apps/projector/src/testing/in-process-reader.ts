// A reader in the caller's own thread: one connection, one request at a time, as a reader thread has it.
import type { ReadModelUrl } from '@libs/platform';
import type { QueryName, Sql } from '@libs/read-models';
import { openReadModel } from '../open-read-model.js';
import { answerQuery } from '../queries/answer-query.js';
import type { QueryReader } from '../queries/query-reader.js';
import type { ReadAnswer, ReadRequest } from '../queries/read-request.js';

export function inProcessReader(readModel: ReadModelUrl): QueryReader {
  let sql: Sql | null = null;
  let last: Promise<unknown> = Promise.resolve();
  return {
    ask: <Name extends QueryName>(request: ReadRequest<Name>): Promise<ReadAnswer> => {
      const answer = last.then(() => answerQuery(() => (sql ??= openReadModel(readModel, 'read')), request));
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

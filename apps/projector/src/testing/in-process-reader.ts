// A reader in the caller's own thread: one request at a time, as a reader thread has it, with the same queue before it.
import type { EventStore } from '@libs/event-store';
import type { QueryName, Sql } from '@libs/read-models';
import { eventStoreAdapter, type StoreUrls } from '../adapters.js';
import { openReadModel } from '../open-read-model.js';
import { answerQuery, type ReaderSources } from '../queries/answer-query.js';
import type { QueryReader } from '../queries/query-reader.js';
import { createReaderQueue } from '../queries/reader-queue.js';
import type { ReadRequest } from '../queries/read-request.js';

export function inProcessReader(urls: StoreUrls, now: () => number): QueryReader {
  let sql: Sql | null = null;
  let log: EventStore | null = null;
  let last: Promise<unknown> = Promise.resolve();
  const sources: ReaderSources = {
    openSql: () => (sql ??= openReadModel(urls.readModel, 'read')),
    openLog: () =>
      new Promise((resolve) => {
        resolve((log ??= eventStoreAdapter(urls.eventStore).read(urls.eventStore, now)));
      }),
  };
  const queue = createReaderQueue({ readers: 1, mostWaiting: Infinity });
  return {
    ask: <Name extends QueryName>(request: ReadRequest<Name>, gone?: AbortSignal) => {
      const answer = queue.run(() => answerQuery(sources, request), gone);
      last = answer.catch(() => undefined);
      return answer;
    },
    waiting: queue.waiting,
    refuseWaiting: queue.refuseWaiting,
    close: async () => {
      queue.refuseWaiting();
      await last;
      await Promise.all([sql?.close(), log?.close()]);
    },
  };
}

// The reader thread: read-only connections, one request at a time. Must never write.
import { constants, setPriority } from 'node:os';
import { workerData } from 'node:worker_threads';
import type { EventStore } from '@libs/event-store';
import type { Sql } from '@libs/read-models';
import { move } from 'piscina';
import type { StoreUrls } from '../adapters.js';
import { openReadModel } from '../open-read-model.js';
import { answerQuery, type ReaderSources } from './answer-query.js';
import type { ReadAnswer, ReadRequest } from './read-request.js';

const urls = workerData as StoreUrls;

// Long reports must not take the processor from the projection and from those who answer. Only on Linux is it the thread
// alone that gives way.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

// Both are opened at the first request that needs them: the tables are made by the projection and the log by ingest,
// which may start later.
let sql: Sql | null = null;
let log: EventStore | null = null;
const sources: ReaderSources = {
  openSql: () => (sql ??= openReadModel(urls.readModel, 'read')),
  openLog: async () => {
    const { eventStoreAdapter } = await import('../adapters.js');
    return (log ??= eventStoreAdapter(urls.eventStore).read(urls.eventStore, Date.now));
  },
};

export default async function answer(request: ReadRequest): Promise<ReadAnswer> {
  const reply = await answerQuery(sources, request);
  // Handed over, not copied: a year of quarters of an hour is tens of megabytes.
  return reply instanceof Uint8Array ? (move(reply) as Uint8Array<ArrayBuffer>) : reply;
}

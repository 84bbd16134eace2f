// The reader thread: one read-only connection, one request at a time. Must never write.
import { workerData } from 'node:worker_threads';
import type { ReadModelUrl } from '@libs/platform';
import type { Sql } from '@libs/read-models';
import { move } from 'piscina';
import { openReadModel } from '../open-read-model.js';
import { answerQuery } from './answer-query.js';
import type { ReadAnswer, ReadRequest } from './read-request.js';

const url = workerData as ReadModelUrl;

// Opened at the first request: the tables are made by the projection, which may start later.
let sql: Sql | null = null;
const openSql = (): Sql => (sql ??= openReadModel(url, 'read'));

export default async function answer(request: ReadRequest): Promise<ReadAnswer> {
  const reply = await answerQuery(openSql, request);
  // Handed over, not copied: a year of quarters of an hour is tens of megabytes.
  return reply instanceof Uint8Array ? (move(reply) as Uint8Array<ArrayBuffer>) : reply;
}

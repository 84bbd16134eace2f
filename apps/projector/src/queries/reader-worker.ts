// The reader thread: one read-only connection, one request at a time. Must never write.
import { workerData } from 'node:worker_threads';
import { openSqlite, type Sql } from '@libs/read-models';
import { move } from 'piscina';
import { z } from 'zod';
import { answerQuery } from './answer-query.js';
import type { ReadAnswer, ReadRequest } from './read-request.js';

const { file } = z.object({ file: z.string() }).parse(workerData);

// Opened at the first request: the file is made by the projection, which may start later.
let sql: Sql | null = null;
const openSql = (): Sql => (sql ??= openSqlite(file, 'read'));

export default async function answer(request: ReadRequest): Promise<ReadAnswer> {
  const reply = await answerQuery(openSql, request);
  // Handed over, not copied: a year of quarters of an hour is tens of megabytes.
  return reply instanceof Uint8Array ? (move(reply) as Uint8Array<ArrayBuffer>) : reply;
}

// Answers one request from one connection with finished JSON text, so that the HTTP thread only sends it.
// Runs in a reader thread; what is expected to go wrong is an answer, anything else throws.
import { ModelUnavailableError } from '@libs/projection';
import { QueryError, runQuery, type QueryName, type Sql } from '@libs/read-models';
import { encodeCursor } from './cursor.js';
import type { ReadAnswer, ReadRefusal, ReadRequest } from './read-request.js';

export async function answerQuery<Name extends QueryName>(
  openSql: () => Sql,
  { name, parameters, pages }: ReadRequest<Name>,
): Promise<ReadAnswer> {
  try {
    const { body, next } = await runQuery(openSql(), name, parameters);
    if (pages === null) return textOf(body);
    const nextCursor = next === null ? null : encodeCursor({ ...pages, after: next });
    return textOf({ ...body, nextCursor });
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === null) throw error;
    return refusal;
  }
}

// Not Buffer.from: small ones share a pool and could not be handed to another thread.
const textOf = (body: unknown): Uint8Array<ArrayBuffer> => new TextEncoder().encode(JSON.stringify(body));

function refusalOf(error: unknown): ReadRefusal | null {
  if (error instanceof QueryError) {
    return { refused: error.code, message: error.message, parameter: error.parameter ?? null };
  }
  if (error instanceof ModelUnavailableError) {
    return { refused: 'read-model-unavailable', message: error.message, parameter: null };
  }
  return null;
}

// Answers one request from one connection with finished JSON text, so that the HTTP thread only sends it.
// Runs in a reader thread; what is expected to go wrong is an answer, anything else throws.
import { EventStoreError, type EventStore } from '@libs/event-store';
import { ModelUnavailableError } from '@libs/projection';
import { QueryError, runQuery, type QueryReply, type Sql } from '@libs/read-models';
import { withAgentEvents } from './agent-events.js';
import { encodeCursor } from './cursor.js';
import type { ReadAnswer, ReadRefusal, ReadRequest } from './read-request.js';

/** What a reader reads from; each is opened when it is needed first. */
export interface ReaderSources {
  readonly openSql: () => Sql;
  /** Rejects with `EventStoreError` `store-unavailable` while there is no log. */
  readonly openLog: () => Promise<EventStore>;
}

export async function answerQuery(sources: ReaderSources, request: ReadRequest): Promise<ReadAnswer> {
  const { pages } = request;
  try {
    const { body, next } = await replyTo(sources, request);
    if (pages === null) return textOf(body);
    const nextCursor = next === null ? null : encodeCursor({ ...pages, after: next });
    return textOf({ ...body, nextCursor });
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === null) throw error;
    return refusal;
  }
}

async function replyTo({ openSql, openLog }: ReaderSources, request: ReadRequest): Promise<QueryReply> {
  const reply = await runQuery(openSql(), request.name, request.parameters);
  return showsEvents(request) ? withAgentEvents(openLog, request.parameters, reply) : reply;
}

const showsEvents = (request: ReadRequest): request is ReadRequest<'event-places'> =>
  request.name === 'event-places';

// Not Buffer.from: small ones share a pool and could not be handed to another thread.
const textOf = (body: unknown): Uint8Array<ArrayBuffer> => new TextEncoder().encode(JSON.stringify(body));

function refusalOf(error: unknown): ReadRefusal | null {
  if (error instanceof QueryError) {
    return { refused: error.code, message: error.message, parameter: error.parameter ?? null };
  }
  if (error instanceof ModelUnavailableError) {
    return { refused: 'read-model-unavailable', message: error.message, parameter: null };
  }
  if (error instanceof EventStoreError && error.code === 'store-unavailable') {
    return { refused: 'store-unavailable', message: error.message, parameter: null };
  }
  return null;
}

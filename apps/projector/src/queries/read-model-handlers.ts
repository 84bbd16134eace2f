// The handlers of the questions that readers answer as they stand: all alike, so they are made, not written.
import type { Type } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import {
  GetAcw,
  GetAgent,
  GetAgentEvents,
  GetDataQuality,
  GetLive,
  GetSessions,
  GetSessionsReport,
  GetTimeInStatus,
  GetTimeline,
  ListAgents,
  ListStatuses,
  ListTeams,
  type JsonText,
  type ReadModelQuery,
} from './read-model-query.js';
import { ReadModelReader } from './read-model-reader.js';

export const readModelHandlers: readonly Type<IQueryHandler<ReadModelQuery, JsonText>>[] = [
  GetTimeInStatus,
  GetAcw,
  GetSessionsReport,
  GetDataQuality,
  ListAgents,
  GetAgent,
  ListTeams,
  ListStatuses,
  GetLive,
  GetTimeline,
  GetSessions,
  GetAgentEvents,
].map(handlerOf);

function handlerOf(
  query: new (...args: never[]) => ReadModelQuery,
): Type<IQueryHandler<ReadModelQuery, JsonText>> {
  @QueryHandler(query)
  class ReadModelHandler implements IQueryHandler<ReadModelQuery, JsonText> {
    constructor(private readonly reader: ReadModelReader) {}

    execute({ asked, gone }: ReadModelQuery): Promise<JsonText> {
      return this.reader.answer(asked, gone);
    }
  }
  return ReadModelHandler;
}

// The questions that readers answer as they stand: a class each, so that a controller names what it asks.
import { Query } from '@nestjs/cqrs';
import type { QueryName } from '@libs/read-models';
import type { AskedRead } from './read-request.js';

/** JSON text in UTF-8, finished in a reader thread. */
export type JsonText = Buffer;

export abstract class ReadModelQuery<Name extends QueryName = QueryName> extends Query<JsonText> {
  /** `gone` fires when whoever asked no longer waits. */
  constructor(
    readonly asked: AskedRead<Name>,
    readonly gone: AbortSignal,
  ) {
    super();
  }
}

export class GetTimeInStatus extends ReadModelQuery<'time-in-status'> {}
export class GetAcw extends ReadModelQuery<'acw'> {}
export class GetSessionsReport extends ReadModelQuery<'sessions-report'> {}
export class GetDataQuality extends ReadModelQuery<'data-quality'> {}
export class ListAgents extends ReadModelQuery<'agents'> {}
export class GetAgent extends ReadModelQuery<'agent'> {}
export class ListTeams extends ReadModelQuery<'teams'> {}
export class ListStatuses extends ReadModelQuery<'statuses'> {}
export class GetLive extends ReadModelQuery<'live'> {}
export class GetTimeline extends ReadModelQuery<'timeline'> {}
export class GetSessions extends ReadModelQuery<'sessions'> {}
/** The immutable events behind a timeline. */
export class GetAgentEvents extends ReadModelQuery<'event-places'> {}

// One agent: as it is now, its timeline, its sessions, and the events behind them.
import { Controller, Inject, Param, Query, UseGuards } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { ZodPipe } from '@libs/platform';
import {
  GetAgent,
  GetAgentEvents,
  GetSessions,
  GetTimeline,
  type JsonText,
} from '../queries/read-model-query.js';
import { CLOCK, type Clock } from '../tokens.js';
import { AcceptsJsonGuard } from './accepts-json.guard.js';
import { AccountGet } from './account-get.js';
import { ClientGone } from './client-gone.js';
import { agentReply, eventsReply, sessionsReply, timelineReply } from './account-replies.js';
import { agentPath, eventsQuery, oneQuery, sessionsQuery, timelineQuery } from './query-schemas.js';
import type { RawQuery } from './read-query.js';
import { readAgent, readEvents, readSessions, readTimeline, type AgentPath } from './read-requests.js';

const PATH = new ZodPipe(agentPath);
const notFound = ['agent-not-found'] as const;

@ApiTags('agents')
@UseGuards(AcceptsJsonGuard)
@Controller('v1/accounts/:accountId/agents/:agentId')
export class AgentController {
  constructor(
    private readonly queries: QueryBus,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  @AccountGet('', {
    summary: 'An agent as it is now, with its dated attributes',
    params: agentPath,
    query: oneQuery,
    reply: agentReply,
    problems: notFound,
  })
  agent(
    @Param(PATH) path: AgentPath,
    @Query() raw: RawQuery,
    @ClientGone() gone: AbortSignal,
  ): Promise<JsonText> {
    return this.queries.execute(new GetAgent(readAgent(path, raw, this.now()), gone));
  }

  @AccountGet('timeline', {
    summary: 'The intervals that overlap or enter a window, whole, and the gaps in it',
    params: agentPath,
    query: timelineQuery,
    reply: timelineReply,
    problems: notFound,
  })
  timeline(
    @Param(PATH) path: AgentPath,
    @Query() raw: RawQuery,
    @ClientGone() gone: AbortSignal,
  ): Promise<JsonText> {
    return this.queries.execute(new GetTimeline(readTimeline(path, raw, this.now()), gone));
  }

  @AccountGet('sessions', {
    summary: 'The sessions that overlap a window, from sign-in to sign-out',
    params: agentPath,
    query: sessionsQuery,
    reply: sessionsReply,
    problems: notFound,
  })
  sessions(
    @Param(PATH) path: AgentPath,
    @Query() raw: RawQuery,
    @ClientGone() gone: AbortSignal,
  ): Promise<JsonText> {
    return this.queries.execute(new GetSessions(readSessions(path, raw, this.now()), gone));
  }

  @AccountGet('events', {
    summary: 'The immutable events whose `at` lies in a window, by time, ties in the order of the log',
    params: agentPath,
    query: eventsQuery,
    reply: eventsReply,
    problems: ['agent-not-found', 'store-unavailable'],
  })
  events(
    @Param(PATH) path: AgentPath,
    @Query() raw: RawQuery,
    @ClientGone() gone: AbortSignal,
  ): Promise<JsonText> {
    return this.queries.execute(new GetAgentEvents(readEvents(path, raw, this.now()), gone));
  }
}

// What an account has: its agents' status now, its agents, teams and statuses.
import { Controller, Inject, Param, Query, UseGuards } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { ZodPipe } from '@libs/platform';
import type { z } from 'zod';
import { GetLive, ListAgents, ListStatuses, ListTeams, type JsonText } from '../queries/read-model-query.js';
import { CLOCK, type Clock } from '../tokens.js';
import { AcceptsJsonGuard } from './accepts-json.guard.js';
import { AccountGet } from './account-get.js';
import { ClientGone } from './client-gone.js';
import { agentsReply, liveReply, statusesReply, teamsReply } from './account-replies.js';
import { accountPath, listQuery, statusesQuery } from './query-schemas.js';
import type { RawQuery } from './read-query.js';
import { readList, readStatuses } from './read-requests.js';

type Path = z.output<typeof accountPath>;
const PATH = new ZodPipe(accountPath);

@ApiTags('accounts')
@UseGuards(AcceptsJsonGuard)
@Controller('v1/accounts/:accountId')
export class AccountController {
  constructor(
    private readonly queries: QueryBus,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  @AccountGet('live', {
    summary: 'Every agent’s status, and the time in it, now',
    query: listQuery,
    reply: liveReply,
  })
  live(
    @Param(PATH) { accountId }: Path,
    @Query() raw: RawQuery,
    @ClientGone() gone: AbortSignal,
  ): Promise<JsonText> {
    return this.queries.execute(new GetLive(readList('live', accountId, raw, this.now()), gone));
  }

  @AccountGet('agents', {
    summary: 'The agents as they are now, by number',
    query: listQuery,
    reply: agentsReply,
  })
  agents(
    @Param(PATH) { accountId }: Path,
    @Query() raw: RawQuery,
    @ClientGone() gone: AbortSignal,
  ): Promise<JsonText> {
    return this.queries.execute(new ListAgents(readList('agents', accountId, raw, this.now()), gone));
  }

  @AccountGet('teams', {
    summary: 'The teams seen so far',
    query: listQuery,
    reply: teamsReply,
  })
  teams(
    @Param(PATH) { accountId }: Path,
    @Query() raw: RawQuery,
    @ClientGone() gone: AbortSignal,
  ): Promise<JsonText> {
    return this.queries.execute(new ListTeams(readList('teams', accountId, raw, this.now()), gone));
  }

  @AccountGet('statuses', {
    summary: 'The statuses (or another track’s values) seen so far',
    query: statusesQuery,
    reply: statusesReply,
  })
  statuses(
    @Param(PATH) { accountId }: Path,
    @Query() raw: RawQuery,
    @ClientGone() gone: AbortSignal,
  ): Promise<JsonText> {
    return this.queries.execute(new ListStatuses(readStatuses(accountId, raw, this.now()), gone));
  }
}

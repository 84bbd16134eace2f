// The accounts that the caller's key covers.
import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  apiProblems,
  CurrentPrincipal,
  RequireScope,
  ZodPipe,
  zodQuery,
  zodResponse,
  zPosition,
  type Principal,
} from '@libs/platform';
import { z } from 'zod';
import { ListAccounts, type AccountList } from '../queries/list-accounts.js';
import { AcceptsJsonGuard } from './accepts-json.guard.js';
import { accountsReply } from './account-replies.js';
import { ClientGone } from './client-gone.js';

const accountsQuery = z.strictObject({
  minPosition: zPosition.optional().meta({ description: 'Answer only once the read model has reached it.' }),
});

@ApiTags('accounts')
@UseGuards(AcceptsJsonGuard)
@Controller('v1/accounts')
export class AccountsController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @RequireScope('read')
  @ApiOperation({ summary: 'The accounts with events that the key covers' })
  @zodQuery(accountsQuery)
  @zodResponse(200, accountsReply)
  @apiProblems(
    'invalid-parameters',
    'unauthenticated',
    'missing-scope',
    'not-acceptable',
    'busy',
    'query-timeout',
    'read-model-unavailable',
    'position-not-reached',
  )
  list(
    @Query(new ZodPipe(accountsQuery)) { minPosition = null }: { minPosition?: bigint | null },
    @CurrentPrincipal() principal: Principal,
    @ClientGone() gone: AbortSignal,
  ): Promise<AccountList> {
    return this.queries.execute(new ListAccounts(principal, minPosition, gone));
  }
}

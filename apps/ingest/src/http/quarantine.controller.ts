// What is in quarantine, and trying it again. Items of an account need an admin key for it, items of none a global one.
import { Controller, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  apiProblems,
  CurrentPrincipal,
  mayAccess,
  ProblemError,
  requireAccount,
  RequireScope,
  TakesNoQuery,
  zodParams,
  ZodPipe,
  zodQuery,
  zodResponse,
  type Principal,
} from '@libs/platform';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import type { QuarantineItemWithRaw } from '../quarantine/quarantine-item.js';
import type { Quarantine } from '../quarantine/quarantine.js';
import { RetryQuarantined } from '../quarantine/retry-quarantined.js';
import { QUARANTINE } from '../tokens.js';
import { readCursor, writeCursor } from './quarantine-cursor.js';
import {
  toItemJson,
  toItemWithRawJson,
  zItemId,
  zItemWithRaw,
  zListQuery,
  zListReply,
} from './quarantine-json.js';
import { toRecordProblem } from './record-errors.js';
import { toResultJson, zResultJson, type ResultJson } from './result-json.js';

@ApiTags('quarantine')
@Controller('v1/quarantine')
export class QuarantineController {
  constructor(
    @Inject(QUARANTINE) private readonly quarantine: Quarantine,
    private readonly commands: CommandBus,
  ) {}

  @Get()
  @RequireScope('admin')
  @ApiOperation({ summary: 'Quarantined payloads, newest first, without their bytes' })
  @zodQuery(zListQuery)
  @zodResponse(200, zListReply)
  @apiProblems('invalid-parameters', 'unauthenticated', 'missing-scope', 'account-not-found')
  @apiProblems('store-unavailable', 'unavailable')
  async list(
    @Query(new ZodPipe(zListQuery)) query: z.output<typeof zListQuery>,
    @CurrentPrincipal() principal: Principal,
  ): Promise<z.output<typeof zListReply>> {
    const { code, accountId, state, before } = readCursor(query);
    if (accountId !== null) requireAccount(principal, accountId);
    const accounts = accountId === null ? principal.accounts : [accountId];
    const limit = query.limit;
    const found = await answered(this.quarantine.list({ accounts, code, state, before, limit: limit + 1 }));
    const page = found.slice(0, limit);
    const last = page.at(-1);
    const hasMore = found.length > limit && last !== undefined;
    return {
      items: page.map(toItemJson),
      nextCursor: hasMore ? writeCursor({ code, accountId, state, before: last.id }) : null,
    };
  }

  @Get(':id')
  @RequireScope('admin')
  @TakesNoQuery()
  @ApiOperation({ summary: 'One quarantined payload with its bytes, as text or base64' })
  @zodParams(zItemId)
  @zodResponse(200, zItemWithRaw)
  @apiProblems('invalid-parameters', 'unauthenticated', 'missing-scope', 'quarantine-item-not-found')
  @apiProblems('store-unavailable', 'unavailable')
  async show(
    @Param(new ZodPipe(zItemId)) { id }: z.output<typeof zItemId>,
    @CurrentPrincipal() principal: Principal,
  ): Promise<z.output<typeof zItemWithRaw>> {
    return toItemWithRawJson(await this.find(id, principal));
  }

  @Post(':id/retry')
  @HttpCode(200)
  @RequireScope('admin')
  @TakesNoQuery()
  @ApiOperation({
    summary: 'Decode a quarantined payload again, as received then',
    description: 'Appended or duplicate: 200, and the item is resolved. Still refused: 422, and it stays.',
  })
  @zodParams(zItemId)
  @zodResponse(200, zResultJson, 'It is an event now')
  @zodResponse(422, zResultJson, 'It is still refused, and stays')
  @apiProblems('invalid-parameters', 'unauthenticated', 'missing-scope', 'quarantine-item-not-found')
  @apiProblems('store-unavailable', 'unavailable')
  async retry(
    @Param(new ZodPipe(zItemId)) { id }: z.output<typeof zItemId>,
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResultJson> {
    const item = await this.find(id, principal);
    const result = await answered(this.commands.execute(new RetryQuarantined(item)));
    if (result.outcome === 'quarantined') void reply.status(422);
    return toResultJson(result);
  }

  /** The same 404 for an item that is not there and one the key does not cover. */
  private async find(id: number, principal: Principal): Promise<QuarantineItemWithRaw> {
    const item = await answered(this.quarantine.get(id));
    const isCovered =
      item?.accountId == null ? principal.accounts === '*' : mayAccess(principal, item.accountId);
    if (item === null || !isCovered) throw new ProblemError('quarantine-item-not-found');
    return item;
  }
}

async function answered<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw toRecordProblem(error);
  }
}

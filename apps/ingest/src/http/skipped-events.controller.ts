// POST /v1/skipped-events: an operator's recorded decision to pass over an event that no fold can apply.
import { Body, Controller, Post, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  apiProblems,
  CurrentPrincipal,
  ProblemError,
  RequireGlobalAdmin,
  TakesNoQuery,
  zodBody,
  ZodPipe,
  zodResponse,
  zPosition,
  type Principal,
} from '@libs/platform';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { SkipEvent } from '../skip-event/skip-event.js';
import { toRecordProblem } from './record-errors.js';

const MAX_REASON_LENGTH = 1_000;

export const zSkip = z.strictObject({
  position: zPosition,
  reason: z.string().trim().min(1, 'must say why').max(MAX_REASON_LENGTH),
});

export const zSkipped = z.object({
  outcome: z.enum(['appended', 'duplicate']),
  eventId: z.string(),
  position: z.string().meta({ description: 'Of the recorded decision' }),
  skippedPosition: z.string(),
});

@ApiTags('operations')
@Controller('v1/skipped-events')
export class SkippedEventsController {
  constructor(private readonly commands: CommandBus) {}

  @Post()
  @RequireGlobalAdmin()
  @TakesNoQuery()
  @ApiOperation({ summary: 'Record that every fold is to pass over the event at a position' })
  @zodBody(zSkip)
  @zodResponse(200, zSkipped, 'It was skipped already; the first reason stands')
  @zodResponse(201, zSkipped, 'Recorded')
  @apiProblems('invalid-parameters', 'invalid-body', 'malformed-json', 'unauthenticated', 'missing-scope')
  @apiProblems('not-found', 'store-unavailable')
  async skip(
    @Body(new ZodPipe(zSkip, 'invalid-body')) { position, reason }: z.output<typeof zSkip>,
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<z.output<typeof zSkipped>> {
    const result = await this.commands
      .execute(new SkipEvent(position, reason, principal.keyId))
      .catch((error: unknown) => {
        throw toRecordProblem(error);
      });
    if (result.outcome === 'unknown')
      throw new ProblemError('not-found', 'There is no event at this position.');
    if (result.outcome === 'duplicate') void reply.status(200);
    return {
      outcome: result.outcome,
      eventId: result.eventId,
      position: String(result.position),
      skippedPosition: String(position),
    };
  }
}

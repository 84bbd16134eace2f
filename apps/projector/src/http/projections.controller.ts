// How far the read model is, for operators (P6).
import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { apiProblems, RequireGlobalAdmin, ZodPipe, zodQuery, zodResponse } from '@libs/platform';
import { FOLD_VERSION } from '@libs/read-models';
import { z } from 'zod';
import { ProjectionMonitor, type ProjectionView } from '../project/projection-monitor.js';
import { AcceptsJsonGuard } from './accepts-json.guard.js';
import { projectionsReply } from './projections-reply.js';

const NAME = 'agent-timelines';
const noParameters = z.strictObject({});

@ApiTags('operations')
@UseGuards(AcceptsJsonGuard)
@Controller('v1/projections')
export class ProjectionsController {
  constructor(private readonly projection: ProjectionMonitor) {}

  @Get()
  @RequireGlobalAdmin()
  @ApiOperation({
    summary: 'State, position and lag of the projections. Needs an admin key for all accounts.',
  })
  @zodQuery(noParameters)
  @zodResponse(200, projectionsReply)
  @apiProblems('invalid-parameters', 'unauthenticated', 'missing-scope', 'not-acceptable')
  list(@Query(new ZodPipe(noParameters)) _query: unknown): z.input<typeof projectionsReply> {
    const view = this.projection.view();
    return { projections: [shown(view)], asOfPosition: view.position?.toString() ?? null };
  }
}

function shown({ position, headPosition, poison, lastErrorCode, ...rest }: ProjectionView) {
  return {
    name: NAME,
    version: FOLD_VERSION,
    ...rest,
    position: position?.toString() ?? null,
    headPosition: headPosition?.toString() ?? null,
    poison: poison === null ? null : { ...poison, position: poison.position.toString() },
    lastError: lastErrorCode,
  };
}

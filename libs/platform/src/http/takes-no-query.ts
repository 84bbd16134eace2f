// For handlers without query parameters: one that is sent all the same is named in a 400, never silently ignored.
import { UseGuards, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ZodPipe } from './zod-pipe.js';

const noQuery = new ZodPipe(z.strictObject({}));

const guard: CanActivate = {
  canActivate(context: ExecutionContext): boolean {
    noQuery.transform(context.switchToHttp().getRequest<FastifyRequest>().query);
    return true;
  },
};

/** On a handler: any query parameter is 400 `invalid-parameters`, before the body is read. */
export const TakesNoQuery = (): MethodDecorator => UseGuards(guard);

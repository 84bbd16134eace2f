// What every route of an account has in common: its access, its representation and its description to OpenAPI.
import { applyDecorators, Get, Header } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import {
  apiProblems,
  RequireScope,
  zInstant,
  zodParams,
  zodQuery,
  zodResponse,
  type ProblemCode,
} from '@libs/platform';
import { z } from 'zod';
import { accountPath } from './query-schemas.js';

export interface AccountGetOptions {
  readonly summary: string;
  readonly description?: string;
  readonly params?: z.ZodObject;
  readonly query: z.ZodObject;
  readonly reply: z.ZodType;
  readonly problems?: readonly ProblemCode[];
}

const PROBLEMS = [
  'invalid-parameters',
  'unauthenticated',
  'missing-scope',
  'account-not-found',
  'not-acceptable',
  'busy',
  'query-timeout',
  'read-model-unavailable',
  'position-not-reached',
] as const;

/** `GET path` for a key with the scope `read`. The handler returns finished JSON text, or an object. */
export function AccountGet(path: string, options: AccountGetOptions): MethodDecorator {
  const { summary, description = '', params = accountPath, query, reply, problems = [] } = options;
  return applyDecorators(
    Get(path),
    RequireScope('read'),
    Header('Content-Type', JSON_TYPE),
    ApiOperation({ summary, description }),
    zodParams(params),
    zodQuery(documented(query)),
    zodResponse(200, reply, 'As of the position it states'),
    apiProblems(...PROBLEMS, ...problems),
  );
}

export const JSON_TYPE = 'application/json; charset=utf-8';

/** As clients should read it: a cursor stands in for the window, and what is not supported yet is not offered. */
function documented(schema: z.ZodObject): z.ZodObject {
  const shape: Record<string, z.core.$ZodType> = { ...schema.shape };
  delete shape.recordedUntil;
  for (const name of ['from', 'to']) {
    if (shape[name] !== undefined)
      shape[name] = zInstant.optional().meta({ ...z.globalRegistry.get(shape[name]) });
  }
  return z.object(shape);
}

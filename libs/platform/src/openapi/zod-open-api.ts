// Describes handlers to OpenAPI 3.1 from the zod schemas that check them, so that the two cannot differ.
import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiParam, ApiQuery, ApiResponse, type ApiResponseOptions } from '@nestjs/swagger';
import { z } from 'zod';
import { PROBLEM_CODES, type ProblemCode } from '../problems/problem-codes.js';

type SchemaObject = Extract<
  NonNullable<Extract<ApiResponseOptions, { schema: unknown }>['schema']>,
  { type?: unknown }
>;

/** JSON Schema of a zod schema: what it takes (`input`) or what it gives (`output`, for replies). */
export function zodSchema(schema: z.ZodType, io: 'input' | 'output' = 'output'): SchemaObject {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return json as SchemaObject;
}

/** On a handler: one query parameter for each member. */
export function zodQuery(schema: z.ZodObject): MethodDecorator {
  return applyDecorators(
    ...members(schema).map(({ name, required, description, json }) =>
      ApiQuery({ name, required, description, schema: json, isArray: json.type === 'array' }),
    ),
  );
}

/** On a handler: one path parameter for each member. */
export function zodParams(schema: z.ZodObject): MethodDecorator {
  return applyDecorators(
    ...members(schema).map(({ name, description, json }) => ApiParam({ name, description, schema: json })),
  );
}

/** On a handler: its JSON body. */
export const zodBody = (schema: z.ZodType): MethodDecorator =>
  ApiBody({ schema: zodSchema(schema, 'input') });

/** On a handler: its reply of a status. */
export const zodResponse = (status: number, schema: z.ZodType, description = ''): MethodDecorator =>
  ApiResponse({ status, description, schema: zodSchema(schema) });

/** On a handler: the problems it may answer with, grouped by status. */
export function apiProblems(...codes: readonly ProblemCode[]): MethodDecorator {
  const statuses = [...new Set(codes.map(statusOf))];
  return applyDecorators(
    ...statuses.map((status) => {
      const group = codes.filter((code) => statusOf(code) === status);
      return ApiResponse({
        status,
        description: group.map((code) => `\`${code}\``).join(', '),
        content: { 'application/problem+json': { schema: problemSchema(group) } },
      });
    }),
  );
}

const statusOf = (code: ProblemCode): number => PROBLEM_CODES[code].status;

const problemSchema = (codes: readonly ProblemCode[]): SchemaObject =>
  zodSchema(
    z.looseObject({
      type: z.string(),
      title: z.string(),
      status: z.int(),
      detail: z.string(),
      code: z.enum(codes),
      requestId: z.string(),
    }),
  );

interface Member {
  readonly name: string;
  readonly required: boolean;
  readonly description: string;
  readonly json: SchemaObject;
}

function members(schema: z.ZodObject): Member[] {
  const shape: Readonly<Record<string, z.ZodType>> = schema.shape;
  return Object.entries(shape).map(([name, type]) => {
    const { description = '', ...json } = zodSchema(type, 'input');
    return { name, required: !type.safeParse(undefined).success, description, json: repeatable(json) };
  });
}

/** `x` or a list of `x` is, as a parameter, a list. */
function repeatable(json: SchemaObject): SchemaObject {
  const list = json.anyOf?.find((branch) => 'type' in branch && branch.type === 'array');
  return list ?? json;
}

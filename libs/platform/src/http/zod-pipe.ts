// Checks query, path and body against a zod schema and names everything wrong in one 400. Never repeats a value.
import { Injectable, type PipeTransform } from '@nestjs/common';
import type { z } from 'zod';
import type { ProblemCode } from '../problems/problem-codes.js';
import { invalidParameters, ProblemError, type ParameterProblem } from '../problems/problem-error.js';

/**
 * `@Query(new ZodPipe(schema)) query: z.output<typeof schema>`, likewise `@Param` and, with `invalid-body`, `@Body`.
 * Use `z.strictObject`, so that an unknown parameter is an error.
 */
@Injectable()
export class ZodPipe<Schema extends z.ZodType> implements PipeTransform<unknown, z.output<Schema>> {
  constructor(
    private readonly schema: Schema,
    private readonly code: 'invalid-parameters' | 'invalid-body' = 'invalid-parameters',
  ) {}

  transform(value: unknown): z.output<Schema> {
    const parsed = this.schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const problems = parsed.error.issues.flatMap((issue) => toParameterProblems(issue, this.code));
    if (this.code === 'invalid-parameters') throw invalidParameters(problems);
    const detail = problems.map(({ name, message }) => `${name}: ${message}`).join('; ');
    throw new ProblemError(this.code, detail, { extra: { parameters: problems } });
  }
}

function toParameterProblems(issue: z.core.$ZodIssue, code: ProblemCode): ParameterProblem[] {
  const path = code === 'invalid-parameters' ? issue.path.slice(0, 1) : issue.path;
  const name = path.map(String).join('.') || 'body';
  if (issue.code === 'unrecognized_keys') {
    const prefix = issue.path.length === 0 ? '' : `${name}.`;
    return issue.keys.map((key) => ({ name: `${prefix}${key}`, message: 'is not a known parameter' }));
  }
  if (issue.code === 'invalid_union') return [{ name, message: innermost(issue.errors) ?? issue.message }];
  return [{ name, message: describe(issue) }];
}

const describe = (issue: z.core.$ZodIssue): string =>
  issue.code === 'invalid_type' ? describeType(issue) : issue.message;

/** zod leaves the input out of its issues, so absent and repeated are told from its message. */
function describeType(issue: z.core.$ZodIssueInvalidType): string {
  if (issue.message.endsWith('received undefined')) return 'is needed';
  if (issue.message.endsWith('received array')) return 'must be given once';
  return issue.message;
}

/** Of a union's branches, the complaint about the text itself and not about its being no list. */
function innermost(branches: readonly (readonly z.core.$ZodIssue[])[]): string | null {
  const issues = branches.flat();
  return issues.find(({ code }) => code !== 'invalid_type')?.message ?? null;
}

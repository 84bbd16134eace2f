// From anything thrown to a problem document. Texts of unexpected errors never reach the client.
import { HttpException } from '@nestjs/common';
import { errorCode } from '../error-code.js';
import { codeOfStatus, PROBLEM_CODES, type ProblemCode } from './problem-codes.js';
import { ProblemError } from './problem-error.js';

/** RFC 9457; `code` is the stable name, further members depend on it. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ProblemCode;
  readonly requestId: string;
  readonly [member: string]: unknown;
}

const JSON_ERRORS = new Set(['FST_ERR_CTP_INVALID_JSON_BODY', 'FST_ERR_CTP_EMPTY_JSON_BODY']);

/** What was thrown, as the problem it means to the client. */
export function toProblem(thrown: unknown): ProblemError {
  if (thrown instanceof ProblemError) return thrown;
  if (thrown instanceof HttpException) return fromFramework(thrown, thrown.getStatus());
  const status = numberMember(thrown, 'statusCode');
  if (status !== null && status >= 400 && status < 500) return fromFramework(thrown, status);
  return new ProblemError('internal-error', 'The request failed; the log has the reason.', { cause: thrown });
}

/** The document of a problem. */
export function problemDocument(problem: ProblemError, requestId: string): ProblemDocument {
  const { status, title } = PROBLEM_CODES[problem.code];
  return {
    ...problem.extra,
    type: `urn:agent-status-history:problem:${problem.code}`,
    title,
    status,
    detail: problem.detail,
    code: problem.code,
    requestId,
  };
}

function fromFramework(thrown: unknown, status: number): ProblemError {
  const origin = thrown instanceof HttpException && thrown.cause !== undefined ? thrown.cause : thrown;
  const code = isMalformedJson(origin) ? 'malformed-json' : codeOfStatus(status);
  const own =
    thrown instanceof HttpException && origin === thrown && status >= 400 && status < 500 && status !== 404;
  return new ProblemError(code, own ? thrown.message : undefined, { cause: thrown });
}

function isMalformedJson(origin: unknown): boolean {
  if (origin instanceof SyntaxError) return true;
  return JSON_ERRORS.has(errorCode(origin) ?? '');
}

function numberMember(value: unknown, name: string): number | null {
  if (typeof value !== 'object' || value === null) return null;
  const member: unknown = Reflect.get(value, name);
  return typeof member === 'number' ? member : null;
}

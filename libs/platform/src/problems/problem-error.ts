// The one error that HTTP code throws on purpose; the filter turns it into an RFC 9457 document.
import { PROBLEM_CODES, type ProblemCode } from './problem-codes.js';

/** A parameter at fault and why. The message must not repeat the value. */
export interface ParameterProblem {
  readonly name: string;
  readonly message: string;
}

export interface ProblemOptions {
  /** Further members of the document; they cannot replace the standard ones. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** Sent as Retry-After. */
  readonly retryAfterSeconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** An answer with an error status. `detail` is shown to the client: no secrets, no personal data. */
export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly extra: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds: number | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ProblemCode, detail?: string, options: ProblemOptions = {}) {
    const text = detail ?? `${PROBLEM_CODES[code].title}.`;
    super(`${code}: ${text}`, { cause: options.cause });
    this.name = 'ProblemError';
    this.code = code;
    this.detail = text;
    this.extra = options.extra ?? {};
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
    this.headers = options.headers ?? {};
  }

  get status(): number {
    return PROBLEM_CODES[this.code].status;
  }
}

/** 400 `invalid-parameters`, naming each. */
export function invalidParameters(parameters: readonly ParameterProblem[]): ProblemError {
  const detail = parameters.map(({ name, message }) => `${name}: ${message}`).join('; ');
  return new ProblemError('invalid-parameters', detail, { extra: { parameters } });
}

/** The same answer for an account that is not there and one the key does not cover. */
export const accountNotFound = (): ProblemError => new ProblemError('account-not-found');

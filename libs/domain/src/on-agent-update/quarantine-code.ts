// Why a payload is not an event (semantics §1), in the order in which the reasons are tried.
export const QUARANTINE_CODES = [
  'not-json',
  'too-large',
  'not-an-object',
  'other-event',
  'missing-agent',
  'other-product',
  'missing-id',
  'invalid-id',
  'account-mismatch',
  'invalid-time',
  'no-time',
  'implausible-time',
  'not-canonical',
] as const;

export type QuarantineCode = (typeof QUARANTINE_CODES)[number];

export interface NotUnderstood {
  readonly ok: false;
  readonly code: QuarantineCode;
  /** One sentence for people; names attributes, holds no values. */
  readonly detail: string;
}

export function notUnderstood(code: QuarantineCode, detail: string): NotUnderstood {
  return { ok: false, code, detail };
}

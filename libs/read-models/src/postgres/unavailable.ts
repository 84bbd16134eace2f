// Tells a database that cannot be used for now from a statement it refuses because of what it was given.
// Only the latter can be an event's fault. No message carries what the server said: it may name users and hosts.
import { ModelUnavailableError } from '@libs/projection';

/** SQLSTATE classes for values, constraints, limits and statements themselves. */
const OWN_FAULT = /^(0A|21|22|23|42|44|54)/;
/** Of those, what an operator can mend: a privilege is missing, a table or schema has gone. */
const OPERATORS_FAULT = new Set(['42501', '42P01']);

const HINTS: Readonly<Record<string, string>> = {
  '28000': 'it refuses the user',
  '28P01': 'it refuses the password',
  '3D000': 'there is no such database',
  '3F000': 'there is no such schema',
  '42501': 'the user lacks a privilege',
  '42P01': 'a table is missing',
  '53300': 'it has no connection left',
  '57P01': 'it is shutting down',
  '57P03': 'it is starting up',
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such host',
};

const SQLSTATE = /^[0-9A-Z]{5}$/;

/** `error` as the read model's callers know it. */
export function asUnavailable(error: unknown): Error {
  if (!(error instanceof Error)) return new ModelUnavailableError('The read model cannot be reached.');
  if (error instanceof ModelUnavailableError) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'no connection';
  if (SQLSTATE.test(code) && OWN_FAULT.test(code) && !OPERATORS_FAULT.has(code)) return error;
  const hint = HINTS[code];
  return new ModelUnavailableError(
    `The read model's database cannot be used: ${code}${hint === undefined ? '' : ` (${hint})`}.`,
  );
}

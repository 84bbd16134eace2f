// Who asks, and what they may touch. Pure.
import { canonicalId } from '../canonical-id.js';
import { accountNotFound, ProblemError } from '../problems/problem-error.js';

export const SCOPES = ['ingest', 'read', 'admin'] as const;
/** A key does what its scopes name and nothing else: `admin` does not imply `read` or `ingest`. */
export type Scope = (typeof SCOPES)[number];

/** Account ids as text without leading zeros, or all of them, also ones not seen yet. */
export type Accounts = '*' | readonly string[];

/** The key behind a request. Its id may be logged. */
export interface Principal {
  readonly keyId: string;
  readonly scopes: readonly Scope[];
  readonly accounts: Accounts;
}

/** Everyone, when no keys are configured: the Host check stands in for them. */
export const OPEN_PRINCIPAL: Principal = { keyId: 'open', scopes: SCOPES, accounts: '*' };

/** `accountId`: with leading zeros or without, it is the same account. */
export const mayAccess = (principal: Principal, accountId: string): boolean =>
  principal.accounts === '*' || principal.accounts.includes(canonicalId(accountId));

/** Throws 404 `account-not-found` for an account outside the key's, as for one that is not there. */
export function requireAccount(principal: Principal, accountId: string): void {
  if (!mayAccess(principal, accountId)) throw accountNotFound();
}

/** Throws 403 `missing-scope`. */
export function requireScope(principal: Principal, scope: Scope): void {
  if (!principal.scopes.includes(scope)) {
    throw new ProblemError('missing-scope', `The API key lacks the scope ${scope}.`);
  }
}

export const isGlobalAdmin = (principal: Principal): boolean =>
  principal.scopes.includes('admin') && principal.accounts === '*';

/** Throws 403 `missing-scope` unless the key has the scope `admin` for all accounts. */
export function requireGlobalAdmin(principal: Principal): void {
  if (!isGlobalAdmin(principal)) {
    throw new ProblemError(
      'missing-scope',
      'This needs an API key with the scope admin for all accounts (*).',
    );
  }
}

// Decides about every request before its body is read. Open (no keys): only this machine, told by Host and Origin.
// With keys: Authorization: Bearer, the route's policy, and the account in the path. Must never run after parsing.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ProblemError } from '../problems/problem-error.js';
import type { AccessPolicy } from './access-policy.js';
import type { KeyRing } from './key-ring.js';
import { isLoopbackHostHeader, isLoopbackOrigin } from './loopback.js';
import {
  OPEN_PRINCIPAL,
  requireAccount,
  requireGlobalAdmin,
  requireScope,
  type Principal,
} from './principal.js';

export type Access = { readonly mode: 'open' } | { readonly mode: 'keys'; readonly ring: KeyRing };

const RETRY_AFTER_SECONDS = 5;
const DOCS = /^\/docs(?:-json|\/.*)?$/;

/** Adds the hook; must be called before any other onRequest hook that could answer. */
export function addAccessControl(fastify: FastifyInstance, access: Access): void {
  fastify.decorateRequest('principal', null);
  fastify.addHook('onRequest', (request, _reply, done) => {
    try {
      admit(access, request);
      done();
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  });
}

function admit(access: Access, request: FastifyRequest): void {
  if (access.mode === 'open') requireLocal(request);
  const policy = policyOf(request);
  if (policy.kind === 'public') return;
  const principal = access.mode === 'open' ? OPEN_PRINCIPAL : authenticate(access.ring, request);
  request.principal = principal;
  requirePolicy(policy, principal);
  const accountId = accountInPath(request);
  if (accountId !== null) requireAccount(principal, accountId);
}

function requireLocal(request: FastifyRequest): void {
  if (!isLoopbackHostHeader(request.raw.headers.host) || !isLoopbackOrigin(request.raw.headers.origin)) {
    throw new ProblemError(
      'host-not-allowed',
      'Without API keys only requests to localhost, 127.0.0.1 or [::1] from this machine are served.',
    );
  }
}

function policyOf(request: FastifyRequest): AccessPolicy {
  if (request.is404 || DOCS.test(request.routeOptions.url ?? '')) return { kind: 'public' };
  return request.routeOptions.config.access ?? { kind: 'global-admin' };
}

function requirePolicy(policy: AccessPolicy, principal: Principal): void {
  switch (policy.kind) {
    case 'public':
      return;
    case 'scope':
      requireScope(principal, policy.scope);
      return;
    case 'global-admin':
      requireGlobalAdmin(principal);
      return;
    default:
      throw new Error(`no such policy: ${String(policy satisfies never)}`);
  }
}

function authenticate(ring: KeyRing, request: FastifyRequest): Principal {
  const [, key] = /^Bearer +(\S+) *$/i.exec(request.raw.headers.authorization ?? '') ?? [];
  if (key === undefined) throw new ProblemError('unauthenticated', 'Send Authorization: Bearer <key>.');
  const result = ring.authenticate(key);
  switch (result.outcome) {
    case 'known':
      return result.principal;
    case 'unknown':
      throw new ProblemError('unauthenticated', 'The API key is not known or has been revoked.');
    case 'unavailable':
      throw new ProblemError('keys-unavailable', undefined, { retryAfterSeconds: RETRY_AFTER_SECONDS });
    default:
      throw new Error(`no such outcome: ${String(result satisfies never)}`);
  }
}

function accountInPath(request: FastifyRequest): string | null {
  const { params } = request;
  if (typeof params !== 'object' || params === null || !('accountId' in params)) return null;
  return typeof params.accountId === 'string' ? params.accountId : null;
}

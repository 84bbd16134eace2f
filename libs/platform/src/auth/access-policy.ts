// What a route asks of its caller, declared on the handler. A handler that declares nothing asks for a global admin.
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import type { Principal, Scope } from './principal.js';

export type AccessPolicy =
  | { readonly kind: 'public' }
  | { readonly kind: 'scope'; readonly scope: Scope }
  | { readonly kind: 'global-admin' };

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: AccessPolicy;
  }
  interface FastifyRequest {
    /** Null on public routes. */
    principal: Principal | null;
  }
}

const declare = (access: AccessPolicy): MethodDecorator => RouteConfig({ access });

/** On a handler: the key needs this scope, and the account if the path has `:accountId`. */
export const RequireScope = (scope: Scope): MethodDecorator => declare({ kind: 'scope', scope });

/** On a handler: the key needs the scope `admin` for all accounts. */
export const RequireGlobalAdmin = (): MethodDecorator => declare({ kind: 'global-admin' });

/** On a handler: no key is needed. */
export const Public = (): MethodDecorator => declare({ kind: 'public' });

/** The caller's principal; throws on a public route, where there is none. */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === null) throw new Error('a public route has no principal');
  return request.principal;
}

/** Handler parameter: `@CurrentPrincipal() principal: Principal`. */
export const CurrentPrincipal = createParamDecorator((_data: unknown, context: ExecutionContext): Principal =>
  principalOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

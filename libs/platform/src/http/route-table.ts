// Remembers which methods each path has, so that a wrong method can be told from a wrong path.
import type { FastifyInstance } from 'fastify';

export interface RouteTable {
  /** Must be called before any route is registered. */
  collect(fastify: FastifyInstance): void;
  /** The methods of the routes that match the path of `url`, sorted; none when no route does. */
  methodsOf(url: string): string[];
}

export function makeRouteTable(): RouteTable {
  const routes: { readonly methods: readonly string[]; readonly pattern: RegExp }[] = [];
  return {
    collect(fastify) {
      fastify.addHook('onRoute', ({ method, url }) => {
        routes.push({ methods: [method].flat(), pattern: patternOf(url) });
      });
    },
    methodsOf(url) {
      const [path = ''] = url.split('?');
      return [
        ...new Set(routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods)),
      ].sort();
    },
  };
}

function patternOf(url: string): RegExp {
  const parts = url.split('/').map((part) => {
    if (part === '*') return '.*';
    return part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  });
  return new RegExp(`^${parts.join('/')}$`);
}

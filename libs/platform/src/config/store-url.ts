// The adapter follows from the URL's scheme and nothing else. Messages never echo the URL: it may hold a password.
import { z } from 'zod';

/** Where a store lives. A further adapter adds a member here and a case to the two composition roots. */
export interface StoreUrl {
  readonly kind: 'sqlite';
  /** As given, relative to the working directory unless absolute. */
  readonly path: string;
}

const NOT_YET = ['esdb', 'esdb+discover', 'kurrentdb', 'kurrentdb+discover', 'postgres', 'postgresql'];

/** Reads `sqlite:<path>` (also `sqlite://<path>`). Any other scheme is an issue that names the scheme alone. */
export const zStoreUrl = z.string().transform((text, context): StoreUrl => {
  const [, scheme, rest] = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(text) ?? [];
  const fail = (message: string): never => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  if (scheme === undefined || rest === undefined) return fail('must be a URL such as sqlite:<path>');
  const known = scheme.toLowerCase();
  if (NOT_YET.includes(known)) return fail(`${known}: is not supported yet; use sqlite:<path>`);
  if (known !== 'sqlite') return fail('has a scheme that is not known; use sqlite:<path>');
  const path = rest.replace(/^\/\//, '');
  if (path === '' || path.startsWith(':')) return fail('must name a file: sqlite:<path>');
  return { kind: 'sqlite', path };
});

// Reads a schema's variables from an environment and fails with every problem at once. Never echoes a value.
import type { z } from 'zod';
import { StartupError } from '../bootstrap/startup-error.js';

/**
 * The configuration that `schema` makes of `env`; an empty variable counts as absent.
 * Throws a `StartupError` with one line a problem.
 */
export function loadConfig<Schema extends z.ZodType>(
  schema: Schema,
  env: Readonly<Record<string, string | undefined>>,
): z.output<Schema> {
  const present = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(present);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
  throw new StartupError(['The configuration has problems:', ...lines].join('\n'));
}

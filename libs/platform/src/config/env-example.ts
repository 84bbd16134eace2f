// Writes `.env.example` from the variables' own descriptions, so that the two cannot drift apart.
import { z } from 'zod';
import { commonVariables, ingestVariables, projectorVariables } from './variables.js';

const SECTIONS: readonly (readonly [string, Readonly<Record<string, z.ZodType>>])[] = [
  ['Both apps', commonVariables],
  ['Ingest app', ingestVariables],
  ['Projector app', projectorVariables],
];

/** The text of `.env.example`: every variable, commented out, with its default or an example. */
export function renderEnvExample(): string {
  const head =
    '# Written by `npm run env:generate`. Copy to .env and uncomment what differs from the default.';
  return [
    head,
    ...SECTIONS.flatMap(([title, variables]) => ['', `# --- ${title}`, ...renderSection(variables)]),
    '',
  ].join('\n');
}

function renderSection(variables: Readonly<Record<string, z.ZodType>>): string[] {
  return Object.entries(variables).flatMap(([name, type]) => {
    const { description = '', example } = type.meta() ?? {};
    const fallback = type.safeParse(undefined).data;
    const shown = typeof fallback === 'string' || typeof fallback === 'number' ? fallback : example;
    return [`# ${description}`, `#${name}=${String(shown)}`];
  });
}

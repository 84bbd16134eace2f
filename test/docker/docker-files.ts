// Reads the files of docker/ as their users do, for the specs beside this.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { z } from 'zod';

export const DOCKER = 'docker';

export async function readYaml<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  return schema.parse(load(await readFile(join(DOCKER, path), 'utf8')));
}

const zCondition = z.enum(['service_healthy', 'service_started', 'service_completed_successfully']);
const zService = z.looseObject({
  image: z.string(),
  build: z.strictObject({ context: z.string(), dockerfile: z.string(), target: z.string() }).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  networks: z.array(z.string()),
  secrets: z.array(z.string()).default([]),
  command: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.strictObject({ condition: zCondition })).default({}),
  healthcheck: z.looseObject({ test: z.array(z.string()) }).optional(),
});
const zCompose = z.looseObject({
  services: z.record(z.string(), zService),
  networks: z.record(z.string(), z.unknown()),
  volumes: z.record(z.string(), z.null()),
  secrets: z.record(z.string(), z.strictObject({ file: z.string() })),
});
export type Compose = z.output<typeof zCompose>;
export type Service = z.output<typeof zService>;

export const readCompose = (): Promise<Compose> => readYaml('compose.yaml', zCompose);

/** A service that must be there. */
export function serviceOf({ services }: Compose, name: string): Service {
  const service = services[name];
  if (service === undefined) throw new Error(`compose.yaml has no service ${name}`);
  return service;
}

export interface Stage {
  readonly from: string;
  readonly name: string;
  /** Instructions with continued lines joined, in order. */
  readonly instructions: readonly string[];
}

export async function readStages(): Promise<Stage[]> {
  const text = await readFile(join(DOCKER, 'Dockerfile'), 'utf8');
  const lines = text
    .replace(/^#.*\n/gm, '')
    .replaceAll('\\\n', ' ')
    .split('\n');
  const stages: { from: string; name: string; instructions: string[] }[] = [];
  for (const line of lines.filter((line) => line.trim() !== '')) {
    const [, from, name] = /^FROM (\S+) AS (\S+)$/.exec(line) ?? [];
    if (from !== undefined && name !== undefined) stages.push({ from, name, instructions: [] });
    else stages.at(-1)?.instructions.push(line);
  }
  return stages;
}

/** What `ENV` sets in a stage and in those it stands on. */
export function environmentOf(stages: readonly Stage[], name: string): Record<string, string> {
  const stage = stages.find((candidate) => candidate.name === name);
  if (stage === undefined) return {};
  const own = stage.instructions.flatMap((line) =>
    line.startsWith('ENV ') ? [...line.matchAll(/(\w+)=(\S+)/g)] : [],
  );
  return {
    ...environmentOf(stages, stage.from),
    ...Object.fromEntries(own.map(([, key = '', value = '']) => [key, value])),
  };
}

// What runs and where, kept in one file beside the data, so that a later command finds and stops exactly what was started.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';

const zProcess = z.object({
  pid: z.int().positive(),
  /** Tells this process from a later one that was given the same pid. */
  startedAt: z.string(),
});

const zPostgres = z.object({
  process: zProcess,
  port: z.int(),
  user: z.string(),
  password: z.string(),
  database: z.string(),
  dataFolder: z.string(),
});

const zKafka = z.object({
  process: zProcess,
  port: z.int(),
  /** SASL (plain, scram-sha-256, scram-sha-512) over TLS. */
  saslPort: z.int(),
  controllerPort: z.int(),
  user: z.string(),
  password: z.string(),
  /** PEM. */
  caFile: z.string(),
  folder: z.string(),
});

const zServicesState = z.object({
  postgres: zPostgres.optional(),
  kafka: zKafka.optional(),
});

export type ServiceProcess = z.output<typeof zProcess>;
export type PostgresState = z.output<typeof zPostgres>;
export type KafkaState = z.output<typeof zKafka>;
export type ServicesState = z.output<typeof zServicesState>;

/** Where data, logs and the state are: `SERVICES_DIR`, by default `.services` in the working directory. */
export function servicesFolder(env: Readonly<Record<string, string | undefined>>): string {
  return resolve(env.SERVICES_DIR ?? '.services');
}

/** Empty where nothing was ever started. */
export async function readState(folder: string): Promise<ServicesState> {
  const text = await readFile(join(folder, 'state.json'), 'utf8').catch(() => '{}');
  return zServicesState.parse(JSON.parse(text));
}

/** It holds passwords: nobody else may read it. */
export async function writeState(folder: string, state: ServicesState): Promise<void> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'state.json');
  await writeFile(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

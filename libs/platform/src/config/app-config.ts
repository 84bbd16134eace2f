// One schema an app: from environment variables to what its composition root takes. Reads no environment itself.
import { join } from 'node:path';
import { z } from 'zod';
import { isLoopbackHost } from '../auth/loopback.js';
import { kafkaConfig, kafkaProblems, type KafkaConfig } from './kafka-config.js';
import type { ReadModelUrl, SqliteUrl, StoreUrl } from './store-url.js';
import { commonVariables, ingestVariables, projectorVariables, type LogLevel } from './variables.js';

/** What `startApp` needs of any app. `apiKeysFile` null: open, loopback only. */
export interface ServerConfig {
  readonly host: string;
  readonly port: number;
  readonly apiKeysFile: string | null;
  readonly logLevel: LogLevel;
}

export interface IngestConfig extends ServerConfig {
  readonly dataDir: string;
  readonly eventStore: StoreUrl;
  readonly audit: AuditConfig;
  /** Null: no Kafka source. */
  readonly kafka: KafkaConfig | null;
}

/** Digests of the log. */
export interface AuditConfig {
  readonly folder: string;
  /** There need be none: then there are no digests. */
  readonly keyFile: string;
  readonly copyDir: string | null;
  readonly intervalMs: number;
}

export interface ProjectorConfig extends ServerConfig {
  readonly dataDir: string;
  readonly eventStore: StoreUrl;
  readonly readModel: ReadModelUrl;
}

interface HostAndKeys {
  readonly HOST: string;
  readonly API_KEYS_FILE?: string | undefined;
}

/** `when`: judged even if other variables have problems, so that all of them are listed at once. */
const loopbackUnlessKeys = {
  path: ['HOST'],
  message: 'must be a loopback address (127.0.0.1) as long as API_KEYS_FILE is not set',
  when: ({ value }: { value: unknown }) => z.looseObject({ HOST: z.string() }).safeParse(value).success,
};
const isSafeHost = ({ HOST, API_KEYS_FILE }: HostAndKeys): boolean =>
  API_KEYS_FILE !== undefined || isLoopbackHost(HOST);

const embedded = (dataDir: string, file: string): SqliteUrl => ({
  kind: 'sqlite',
  path: join(dataDir, file),
});

const ingestEnvironment = z.object({ ...commonVariables, ...ingestVariables });
const projectorEnvironment = z.object({ ...commonVariables, ...projectorVariables });

/** Parses the environment of the ingest app; use it with `loadConfig`. */
export const ingestConfig = ingestEnvironment
  .refine(isSafeHost, loopbackUnlessKeys)
  .superRefine((env, context) => {
    for (const { path, message } of kafkaProblems(env))
      context.addIssue({ code: 'custom', path: [path], message });
  })
  .transform((env): IngestConfig => ({
    host: env.HOST,
    port: env.INGEST_PORT,
    apiKeysFile: env.API_KEYS_FILE ?? null,
    logLevel: env.LOG_LEVEL,
    dataDir: env.DATA_DIR,
    eventStore: env.EVENT_STORE_URL ?? embedded(env.DATA_DIR, 'events.db'),
    audit: auditConfig(env),
    kafka: kafkaConfig(env),
  }));

function auditConfig(env: z.output<typeof ingestEnvironment>): AuditConfig {
  const folder = join(env.DATA_DIR, 'audit');
  return {
    folder,
    keyFile: env.AUDIT_KEY_FILE ?? join(folder, 'signing-key.pem'),
    copyDir: env.AUDIT_COPY_DIR ?? null,
    intervalMs: env.AUDIT_INTERVAL_SECONDS * 1_000,
  };
}

/** Parses the environment of the projector app; use it with `loadConfig`. */
export const projectorConfig = projectorEnvironment
  .refine(isSafeHost, loopbackUnlessKeys)
  .transform((env): ProjectorConfig => ({
    host: env.HOST,
    port: env.PROJECTOR_PORT,
    apiKeysFile: env.API_KEYS_FILE ?? null,
    logLevel: env.LOG_LEVEL,
    dataDir: env.DATA_DIR,
    eventStore: env.EVENT_STORE_URL ?? embedded(env.DATA_DIR, 'events.db'),
    readModel: env.READ_MODEL_URL ?? embedded(env.DATA_DIR, 'read.db'),
  }));

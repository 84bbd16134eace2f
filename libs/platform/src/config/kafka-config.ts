// The Kafka source as configured, and what its variables must be together. Messages never echo a value.
import type { z } from 'zod';
import type { ingestVariables, SASL_MECHANISMS } from './variables.js';

export interface KafkaConfig {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly groupId: string;
  /** Null: no TLS. Paths of PEM files; null: the system's authorities, no client certificate. */
  readonly tls: {
    readonly caFile: string | null;
    readonly certFile: string | null;
    readonly keyFile: string | null;
  } | null;
  /** Null: the brokers ask for no login. */
  readonly sasl: {
    readonly mechanism: (typeof SASL_MECHANISMS)[number];
    readonly username: string;
    readonly password: string;
  } | null;
}

type Environment = z.output<z.ZodObject<typeof ingestVariables>>;

/** Each problem with the variable it is about. */
export function kafkaProblems(
  env: Partial<Environment>,
): { readonly path: string; readonly message: string }[] {
  const problems: { path: string; message: string }[] = [];
  const demand = (isMet: boolean, path: keyof Environment, message: string): void => {
    if (!isMet) problems.push({ path, message });
  };
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_USERNAME: username, KAFKA_PASSWORD: password } = env;
  demand(mechanism === undefined || username !== undefined, 'KAFKA_USERNAME', 'is needed for SASL');
  demand(mechanism === undefined || password !== undefined, 'KAFKA_PASSWORD', 'is needed for SASL');
  const hasLogin = username !== undefined || password !== undefined;
  demand(!hasLogin || mechanism !== undefined, 'KAFKA_SASL_MECHANISM', 'is needed to log in');
  for (const name of ['KAFKA_CA_FILE', 'KAFKA_CERT_FILE', 'KAFKA_KEY_FILE'] as const) {
    demand(env[name] === undefined || env.KAFKA_TLS === true, name, 'is of use with KAFKA_TLS=true only');
  }
  const isPair = (env.KAFKA_CERT_FILE === undefined) === (env.KAFKA_KEY_FILE === undefined);
  demand(isPair, 'KAFKA_KEY_FILE', 'goes with KAFKA_CERT_FILE: set both or none');
  return problems;
}

/** Null without brokers: no Kafka source. */
export function kafkaConfig(env: Environment): KafkaConfig | null {
  const { KAFKA_BROKERS: brokers = [], KAFKA_TOPIC: topic, KAFKA_GROUP_ID: groupId } = env;
  if (brokers.length === 0) return null;
  return { brokers, topic, groupId, tls: tlsOf(env), sasl: saslOf(env) };
}

function tlsOf(env: Environment): KafkaConfig['tls'] {
  if (env.KAFKA_TLS !== true) return null;
  const { KAFKA_CA_FILE: caFile, KAFKA_CERT_FILE: certFile, KAFKA_KEY_FILE: keyFile } = env;
  return { caFile: caFile ?? null, certFile: certFile ?? null, keyFile: keyFile ?? null };
}

function saslOf(env: Environment): KafkaConfig['sasl'] {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_USERNAME: username, KAFKA_PASSWORD: password } = env;
  if (mechanism === undefined || username === undefined || password === undefined) return null;
  return { mechanism, username, password };
}

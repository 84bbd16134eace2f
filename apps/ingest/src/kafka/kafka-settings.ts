// How to reach the brokers: what the configuration says, with the files it names read.
import { readFileSync } from 'node:fs';
import { StartupError, type KafkaConfig } from '@libs/platform';
import type { SASLOptions } from 'kafkajs';
import type { ConnectionOptions } from 'node:tls';

export interface KafkaSettings {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly groupId: string;
  /** Null: no TLS. */
  readonly tls: ConnectionOptions | null;
  readonly sasl: SASLOptions | null;
}

/** Throws `StartupError` for a file that cannot be read. */
export function readKafkaSettings({ brokers, topic, groupId, tls, sasl }: KafkaConfig): KafkaSettings {
  return { brokers, topic, groupId, sasl, tls: tls === null ? null : readTls(tls) };
}

function readTls({ caFile, certFile, keyFile }: NonNullable<KafkaConfig['tls']>): ConnectionOptions {
  return {
    ...(caFile === null ? {} : { ca: [readPem('KAFKA_CA_FILE', caFile)] }),
    ...(certFile === null ? {} : { cert: readPem('KAFKA_CERT_FILE', certFile) }),
    ...(keyFile === null ? {} : { key: readPem('KAFKA_KEY_FILE', keyFile) }),
  };
}

function readPem(variable: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new StartupError(`${variable}: ${path} cannot be read`, { cause });
  }
}

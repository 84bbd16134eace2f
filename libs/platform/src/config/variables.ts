// Every environment variable there is: its shape, its default and what it is for. The one source of `.env.example`.
import { z } from 'zod';
import { zReadModelUrl, zStoreUrl } from './store-url.js';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const SASL_MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

const zPort = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a port, 0 to 65535')
  .transform(Number)
  .refine((port) => port <= 65_535, 'must be a port, 0 to 65535');

const zFlag = z.enum(['true', 'false'], 'must be true or false').transform((text) => text === 'true');

const zList = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

/** What both apps read. Defaults that another variable gives are described, not set. */
export const commonVariables = {
  HOST: z
    .string()
    .regex(/^[A-Za-z0-9.:_-]+$/, 'must be an address or a host name')
    .default('127.0.0.1')
    .meta({ description: 'Address to listen on. Other than loopback only with API_KEYS_FILE.' }),
  DATA_DIR: z.string().default('./data').meta({ description: 'Directory of the embedded files.' }),
  EVENT_STORE_URL: zStoreUrl.optional().meta({
    description:
      'Event store: sqlite:<path>, or the connection string of a KurrentDB or EventStoreDB: esdb://user:password@host:port, esdb+discover://…, also as kurrentdb://….',
    example: 'sqlite:./data/events.db',
  }),
  API_KEYS_FILE: z.string().optional().meta({
    description:
      'Hashed API keys (npm run -s cli -- keys create). Without it: loopback only, open to all local programs.',
    example: './data/api-keys.json',
  }),
  LOG_LEVEL: z
    .enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`)
    .default('info')
    .meta({ description: `One of ${LOG_LEVELS.join(', ')}.` }),
};

export const ingestVariables = {
  INGEST_PORT: zPort.default(3001).meta({ description: 'Port of the ingest app.' }),
  AUDIT_KEY_FILE: z.string().optional().meta({
    description:
      'Key that signs digests of the log (npm run -s cli -- audit keys create). Without it: no digests.',
    example: './data/audit/signing-key.pem',
  }),
  AUDIT_INTERVAL_SECONDS: z
    .string()
    .regex(/^[1-9]\d{0,4}$/, 'must be a whole number of seconds, 1 to 86400')
    .transform(Number)
    .refine((seconds) => seconds <= 86_400, 'must be a whole number of seconds, 1 to 86400')
    .default(300)
    .meta({ description: 'Seconds between two digests: so long an event can be changed unseen.' }),
  AUDIT_COPY_DIR: z.string().optional().meta({
    description: 'Another directory, better on another machine, that gets the digests too. It must be there.',
    example: '/mnt/witness/digests',
  }),
  KAFKA_BROKERS: zList.optional().meta({
    description: 'Kafka source: brokers, comma-separated. Off when absent.',
    example: 'localhost:9092',
  }),
  KAFKA_TOPIC: z
    .string()
    .default('freshworks.agent-updates')
    .meta({ description: 'Kafka topic of agent updates.' }),
  KAFKA_GROUP_ID: z.string().default('agent-status-ingest').meta({ description: 'Kafka consumer group.' }),
  KAFKA_TLS: zFlag.optional().meta({
    description: 'true: reach the brokers over TLS, trusting the system or KAFKA_CA_FILE.',
    example: 'true',
  }),
  KAFKA_CA_FILE: z.string().optional().meta({
    description: "Certificate authorities of the brokers, as PEM, in place of the system's.",
    example: './certs/kafka-ca.pem',
  }),
  KAFKA_CERT_FILE: z.string().optional().meta({
    description: 'Client certificate, as PEM, where the brokers ask for one. Needs KAFKA_KEY_FILE.',
    example: './certs/ingest.pem',
  }),
  KAFKA_KEY_FILE: z.string().optional().meta({
    description: 'Key of the client certificate, as PEM.',
    example: './certs/ingest.key',
  }),
  KAFKA_SASL_MECHANISM: z
    .enum(SASL_MECHANISMS, `must be one of ${SASL_MECHANISMS.join(', ')}`)
    .optional()
    .meta({
      description: `How to log in to the brokers: one of ${SASL_MECHANISMS.join(', ')}. Needs user name and password.`,
      example: 'scram-sha-512',
    }),
  KAFKA_USERNAME: z.string().optional().meta({ description: 'User name for SASL.', example: 'ingest' }),
  KAFKA_PASSWORD: z.string().optional().meta({ description: 'Password for SASL.', example: 'secret' }),
};

export const projectorVariables = {
  PROJECTOR_PORT: zPort.default(3002).meta({ description: 'Port of the projector app.' }),
  READ_MODEL_URL: zReadModelUrl.optional().meta({
    description: 'Read model: sqlite:<path>, or postgres://user:password@host:port/database[?schema=name].',
    example: 'sqlite:./data/read.db',
  }),
};

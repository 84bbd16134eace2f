// The client, ready for any producer's codec. What it says goes into our log, without what messages hold.
import { scrub } from '@libs/platform';
import kafkajs, { type Kafka, type KafkaConfig, type logCreator } from 'kafkajs';
import type { Logger } from 'pino';
import { calmRequestQueue } from './calm-request-queue.js';
import { registerCodecs } from './compression-codecs.js';
import type { KafkaSettings } from './kafka-settings.js';

const CLIENT_ID = 'agent-status-ingest';
const CONNECTION_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 15_000;

/** Connects to nothing yet. */
export function createKafka({ brokers, tls, sasl }: KafkaSettings, logger: Logger): Kafka {
  registerCodecs();
  calmRequestQueue();
  const config: KafkaConfig = {
    clientId: CLIENT_ID,
    brokers: [...brokers],
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    logLevel: kafkajs.logLevel.INFO,
    logCreator: logTo(logger),
    ...(tls === null ? {} : { ssl: tls }),
    ...(sasl === null ? {} : { sasl }),
  };
  return new kafkajs.Kafka(config);
}

/** Most of its trouble it mends by itself, and connections come and go: what ends a consumer is logged by who runs it. */
function logTo(logger: Logger): logCreator {
  return () =>
    ({ namespace, level, log }) => {
      const line = { client: 'kafkajs', part: namespace };
      const text = scrub(log.message);
      if (level <= kafkajs.logLevel.ERROR && namespace !== 'Connection') logger.warn(line, text);
      else logger.debug(line, text);
    };
}

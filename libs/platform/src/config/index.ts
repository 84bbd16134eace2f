// Configuration alone: what tools may import without loading Nest.
export { StartupError } from '../bootstrap/startup-error.js';
export {
  ingestConfig,
  projectorConfig,
  type AuditConfig,
  type IngestConfig,
  type ProjectorConfig,
  type ServerConfig,
} from './app-config.js';
export { renderEnvExample } from './env-example.js';
export type { KafkaConfig } from './kafka-config.js';
export { loadConfig } from './load-config.js';
export type { PostgresUrl } from './postgres-url.js';
export {
  zReadModelUrl,
  zStoreUrl,
  type ReadModelUrl,
  type SqliteUrl,
  type StoreUrl,
  type KurrentDbUrl,
} from './store-url.js';
export { LOG_LEVELS, type LogLevel } from './variables.js';

// Which embedded files the apps use under a configuration, by the apps' own schemas, and what each is called in a backup.
import { join } from 'node:path';
import { ingestConfig, loadConfig, projectorConfig } from '@libs/platform';

/** Derived first, the log last: the order in which they are backed up and restored. */
export const FILE_NAMES = ['read.db', 'quarantine.db', 'events.db'] as const;
export type FileName = (typeof FILE_NAMES)[number];

/** Paths; null where another engine serves. */
export type EmbeddedFiles = Readonly<Record<FileName, string | null>>;

/** Throws `StartupError` with every problem of the variables that say where the files are. */
export function embeddedFiles(env: Readonly<Record<string, string | undefined>>): EmbeddedFiles {
  const { DATA_DIR, EVENT_STORE_URL, READ_MODEL_URL } = env;
  const stores = { DATA_DIR, EVENT_STORE_URL, READ_MODEL_URL };
  const { dataDir, eventStore } = loadConfig(ingestConfig, stores);
  const { readModel } = loadConfig(projectorConfig, stores);
  return {
    'read.db': readModel.kind === 'sqlite' ? readModel.path : null,
    // Beside another log there is an index at most, which can be made again.
    'quarantine.db': eventStore.kind === 'sqlite' ? join(dataDir, 'quarantine.db') : null,
    'events.db': eventStore.kind === 'sqlite' ? eventStore.path : null,
  };
}

// Starts ingest: payloads come in over HTTP and become events in the log.
import { ingestConfig, loadConfig, runMain, startApp } from '@libs/platform';
import { appOptions } from './app-options.js';
import { DEFAULT_LIMITS } from './ingest-limits.js';
import { IngestModule, openParts } from './ingest.module.js';

await runMain(async () => {
  const config = loadConfig(ingestConfig, process.env);
  await startApp(
    IngestModule.forRoot((onRetry) => openParts(config, DEFAULT_LIMITS, Date.now, onRetry)),
    appOptions(config, DEFAULT_LIMITS),
  );
});

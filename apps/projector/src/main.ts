// Starts the projector: the read model follows the log, and reports are answered from it.
import { loadConfig, projectorConfig, runMain, startApp } from '@libs/platform';
import { OPEN_API_INFO } from './open-api-info.js';
import { ProjectorModule, threadedRuntime } from './projector.module.js';

/** Nothing here takes a body. */
const BODY_LIMIT_BYTES = 1_024;

await runMain(async () => {
  const config = loadConfig(projectorConfig, process.env);
  const { eventStore, readModel } = config;
  // What went wrong is in the log by then; whoever started the app decides whether to start it again.
  const onFatal = (): void => process.exit(1);
  await startApp(
    ProjectorModule.forRoot(() => threadedRuntime({ eventStore, readModel }, { now: Date.now, onFatal })),
    { name: 'projector', config, bodyLimit: BODY_LIMIT_BYTES, openApi: OPEN_API_INFO },
  );
});

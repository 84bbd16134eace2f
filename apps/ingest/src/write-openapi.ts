// Writes docs/openapi/ingest.json; with --check, fails if the committed file differs.
import { runMain, writeOpenApi } from '@libs/platform';
import { IngestModule } from './ingest.module.js';
import { OPEN_API_INFO } from './open-api-info.js';

await runMain(() =>
  writeOpenApi(
    IngestModule.forRoot(() => {
      throw new Error('an app that is only described has no parts');
    }),
    { info: OPEN_API_INFO, path: 'docs/openapi/ingest.json', check: process.argv.includes('--check') },
  ),
);

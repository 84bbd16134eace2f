// Writes docs/openapi/projector.json; with --check, fails if the committed file differs.
import { runMain, writeOpenApi } from '@libs/platform';
import { OPEN_API_INFO } from './open-api-info.js';
import { ProjectorModule } from './projector.module.js';

await runMain(() =>
  writeOpenApi(
    ProjectorModule.forRoot(() => {
      throw new Error('an app that is only described has no runtime');
    }),
    { info: OPEN_API_INFO, path: 'docs/openapi/projector.json', check: process.argv.includes('--check') },
  ),
);

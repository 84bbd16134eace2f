// Writes `.env.example` from the configuration's own descriptions; with --check, fails if the file differs.
import { renderEnvExample, runMain, StartupError } from '@libs/platform';
import { readFile, writeFile } from 'node:fs/promises';

const PATH = '.env.example';

await runMain(async () => {
  const text = renderEnvExample();
  if (!process.argv.includes('--check')) {
    await writeFile(PATH, text);
    return;
  }
  const committed = await readFile(PATH, 'utf8').catch(() => '');
  if (committed !== text) throw new StartupError(`${PATH} is out of date: npm run env:generate`);
});

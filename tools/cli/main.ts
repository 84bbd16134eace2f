// `npm run -s cli -- <command>`. Reads `.env` if there is one; what the environment sets already stands.
import { runMain } from '@libs/platform';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { runCli } from './run-cli.js';

await runMain(async () => {
  if (existsSync('.env')) process.loadEnvFile('.env');
  process.exitCode = await runCli(process.argv.slice(2), {
    env: process.env,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    now: Date.now,
    randomBytes,
  });
});

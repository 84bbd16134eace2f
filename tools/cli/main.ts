// `npm run -s cli -- <command>`
import { runMain } from '@libs/platform';
import { randomBytes } from 'node:crypto';
import { runCli } from './run-cli.js';

await runMain(async () => {
  process.exitCode = await runCli(process.argv.slice(2), {
    env: process.env,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    now: Date.now,
    randomBytes,
  });
});

// `npm run demo`: fills a running service with a believable month. Reads `.env` if there is one. The clock is asked here alone.
import { runMain } from '@libs/platform';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { runDemo } from './run-demo.js';

await runMain(async () => {
  if (existsSync('.env')) process.loadEnvFile('.env');
  process.exitCode = await runDemo(process.argv.slice(2), {
    env: process.env,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    isTerminal: process.stderr.isTTY,
    now: Date.now,
    sleep: (ms) => sleep(ms),
  });
});

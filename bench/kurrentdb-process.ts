// A KurrentDB to measure clients against: the server that BENCH_EVENT_STORE_URL names, else one that speaks its protocol, in
// another process, so that it has a core of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What is of tests alone is not built: it runs from its source. */
const HOOKS = 'libs/event-store/src/testing/typescript-hooks.mjs';
const DOUBLE = 'test/running/run-switched-kurrentdb.ts';
const sourceOf = (file: string): string => fileURLToPath(new URL(`../../${file}`, import.meta.url));

export interface KurrentDbProcess {
  readonly connectionString: string;
  /** What it is, for the notes. */
  readonly name: string;
  readonly stop: () => void;
}

export async function startKurrentDb(): Promise<KurrentDbProcess> {
  const { BENCH_EVENT_STORE_URL: given } = process.env;
  if (given !== undefined && given !== '') {
    return { connectionString: given, name: 'the server of BENCH_EVENT_STORE_URL', stop: () => undefined };
  }
  const words = ['--no-warnings', '--import', sourceOf(HOOKS), sourceOf(DOUBLE)];
  const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [connectionString] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return {
    connectionString,
    name: 'a server that speaks the protocol, in memory, in a process of its own',
    stop: () => void child.kill('SIGKILL'),
  };
}

// Waits for a service that was just started, as long as its process lives.
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, stopProcess } from './service-process.js';
import type { ServiceProcess } from './services-state.js';

const POLL_MS = 100;
const READY_MS = 90_000;
const SHOWN_LINES = 15;

/** Throws with the end of its log when it ends, or is not ready in time; then it runs no more. */
export async function untilReady(
  name: string,
  service: ServiceProcess,
  logFile: string,
  isReady: () => Promise<boolean>,
): Promise<void> {
  const until = performance.now() + READY_MS;
  while (!(await isReady())) {
    if (!(await isRunning(service)) || performance.now() > until) {
      await stopProcess(service, 'SIGKILL', 0);
      const log = await readFile(logFile, 'utf8').catch(() => '');
      throw new Error(
        `${name} did not start (${logFile}):\n${log.trim().split('\n').slice(-SHOWN_LINES).join('\n')}`,
      );
    }
    await sleep(POLL_MS);
  }
}

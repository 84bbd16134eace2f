// Processes that outlive the command that started them. Only what was started here is ever signalled: by its pid, and only
// while the process of that pid is still the same one.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceProcess } from './services-state.js';
import { outputOf } from './run-command.js';

const POLL_MS = 50;
const KILL_GRACE_MS = 5_000;

export interface ServiceCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly logFile: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Whom to run as, when this process may choose. */
  readonly uid?: number;
  readonly gid?: number;
}

/** Starts it in a process group of its own. */
export async function startProcess(command: ServiceCommand): Promise<ServiceProcess> {
  const { file, args, cwd, logFile, env, uid, gid } = command;
  const log = openSync(logFile, 'a');
  try {
    const child = spawn(file, args, {
      cwd,
      detached: true,
      stdio: ['ignore', log, log],
      ...(env === undefined ? {} : { env }),
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
    });
    const pid = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('spawn', () => resolve(child.pid ?? 0));
    });
    child.unref();
    return { pid, startedAt: await startOf(pid) };
  } finally {
    closeSync(log);
  }
}

export async function isRunning({ pid, startedAt }: ServiceProcess): Promise<boolean> {
  return (await startOf(pid)) === startedAt && startedAt !== '';
}

/** Asks it to end, and kills it where it has not after the grace. Resolves when it is gone. */
export async function stopProcess(
  service: ServiceProcess,
  signal: NodeJS.Signals,
  graceMs: number,
): Promise<void> {
  for (const [sent, waitMs] of [[signal, graceMs] as const, ['SIGKILL', KILL_GRACE_MS] as const]) {
    if (!(await isRunning(service))) return;
    process.kill(service.pid, sent);
    const until = performance.now() + waitMs;
    while (performance.now() < until) {
      if (!(await isRunning(service))) return;
      await sleep(POLL_MS);
    }
  }
  throw new Error(`process ${service.pid} does not end`);
}

/** Empty for a process that is not there, or has ended and only waits to be reaped. */
async function startOf(pid: number): Promise<string> {
  if (process.platform !== 'linux') return outputOf('ps', ['-o', 'lstart=', '-p', String(pid)]);
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? '' : (fields[18] ?? '');
  } catch {
    return '';
  }
}

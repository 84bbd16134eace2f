// Runs several apps as one command. Starting -> ready (all answer /health/ready) -> stopping -> ended.
// Every way out leads through stopping: a signal, the end of npm above us, or the end of any app. Stopping sends
// SIGTERM once to each app and SIGKILL after the grace; the command ends with 0 after a signal, else with the app's
// own code. Apps get process groups of their own, so that Ctrl-C reaches them once, through here.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

const GRACE_MS = 5_000;
const POLL_MS = 200;
const SLOW_MS = 30_000;

/**
 * @param {{ name: string, script: string }[]} apps
 * @returns {Promise<number>} the exit code of the command
 */
export function supervise(apps) {
  return new Promise((resolve) => {
    const running = new Map(apps.map(({ name, script }) => [name, launch(script)]));
    let exitCode = null;

    const stop = (code) => {
      if (exitCode !== null) return;
      exitCode = code;
      for (const child of running.values()) child.kill('SIGTERM');
      setTimeout(() => {
        for (const [name, child] of running) {
          say(`${name} did not end within ${GRACE_MS / 1_000} s and is killed`);
          child.kill('SIGKILL');
        }
      }, GRACE_MS).unref();
    };

    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(0));
    stopWithNpm(() => stop(0));
    for (const [name, child] of running) {
      child.on('error', (error) => say(`${name} cannot be started: ${error.message}`));
      child.on('close', (code, signal) => {
        running.delete(name);
        if (exitCode === null) {
          say(`${name} ended by itself (${signal ?? `exit code ${code}`}); stopping the rest`);
          stop(code === null || code <= 0 ? 1 : code);
        }
        if (running.size === 0) resolve(exitCode);
      });
    }
    void announce(running, () => exitCode !== null);
  });
}

/** The apps say their address over the channel, and end by themselves when it closes: no orphans. */
function launch(script) {
  return spawn(process.execPath, ['--enable-source-maps', script], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    detached: true,
    env: { ...process.env, ASH_SUPERVISED: '1' },
  });
}

/** npm, or the shell between it and us, may be ended without passing the signal on: then our line of parents changes. */
function stopWithNpm(stop) {
  if (!process.env.npm_lifecycle_event) return;
  const parents = () => `${process.ppid} ${parentOf(process.ppid)}`;
  const atStart = parents();
  setInterval(() => parents() !== atStart && stop(), POLL_MS).unref();
}

/** Known on Linux alone; elsewhere the nearest parent has to do. */
function parentOf(pid) {
  try {
    return /\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

async function announce(running, isStopping) {
  const children = [...running];
  const slow = setTimeout(() => {
    if (!isStopping()) say(`not ready after ${SLOW_MS / 1_000} s, still waiting`);
  }, SLOW_MS).unref();
  const ready = await Promise.all(
    children.map(async ([name, child]) => {
      const url = await new Promise((resolve) => child.once('message', (message) => resolve(message.url)));
      while (!isStopping() && !(await isReady(url)))
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      return `${name} ${url}`;
    }),
  );
  clearTimeout(slow);
  if (!isStopping()) process.stdout.write(`ready: ${ready.join(' · ')} (API at /docs, Ctrl-C stops)\n`);
}

async function isReady(url) {
  try {
    const reply = await fetch(new URL('/health/ready', url), { signal: AbortSignal.timeout(2_000) });
    await reply.arrayBuffer();
    return reply.ok;
  } catch {
    return false;
  }
}

const say = (text) => process.stderr.write(`${text}\n`);

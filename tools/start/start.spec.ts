import { afterEach, beforeAll, afterAll, describe, expect, it } from '@jest/globals';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** A real app of the platform, without routes of its own; `body` runs inside main. */
const sampleApp = (name: string, body = ''): string => `
  import { runMain, startApp } from '${resolve('dist/libs/platform/src/index.js')}';
  import { Module } from '${resolve('node_modules/@nestjs/common/index.js')}';
  class SampleModule {}
  Module({})(SampleModule);
  await runMain(async () => {
    ${body}
    await startApp(SampleModule, {
      name: '${name}',
      config: { host: '127.0.0.1', port: 0, apiKeysFile: null, logLevel: 'info' },
      bodyLimit: 1000,
      openApi: { title: '${name}', description: '', version: '1' },
      configureFastify: (fastify) => fastify.get('/hang', () => new Promise(() => undefined)),
    });
  });
`;

class Command {
  output = '';
  readonly ended: Promise<number | null>;

  constructor(readonly child: ChildProcess) {
    const read = (chunk: Buffer): void => void (this.output += chunk.toString());
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    this.ended = once(child, 'close').then(([code]) => code as number | null);
  }

  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.output);
      if (match !== null) return match;
      if (this.child.exitCode !== null)
        throw new Error(`ended without saying ${String(pattern)}:\n${this.output}`);
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  /** Process ids of the apps, from their log lines. */
  pids(): number[] {
    return [...new Set([...this.output.matchAll(/"pid":(\d+)/g)].map(([, pid]) => Number(pid)))];
  }
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const allEnded = async (pids: readonly number[]): Promise<void> => {
  while (pids.some(isAlive)) await new Promise((done) => setTimeout(done, 20));
};

describe('npm start', () => {
  let directory: string;
  let command: Command;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'start-'));
    expect(spawnSync(process.execPath, ['tools/start/build.mjs', '--if-stale']).status).toBe(0);
    await writeFile(join(directory, 'one.mjs'), sampleApp('one'));
    await writeFile(join(directory, 'two.mjs'), sampleApp('two'));
    await writeFile(
      join(directory, 'dying.mjs'),
      sampleApp('dying', 'setTimeout(() => process.exit(7), 300);'),
    );
    await writeFile(join(directory, 'broken.mjs'), sampleApp('broken', 'throw new Error("no such thing");'));
    await writeFile(
      join(directory, 'deaf.mjs'),
      'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log(`{"pid":${process.pid}}`);',
    );
  });
  afterEach(async () => {
    command.child.kill('SIGKILL');
    await command.ended;
    await allEnded(command.pids());
  });
  afterAll(() => rm(directory, { recursive: true }));

  const start = (...names: string[]): Command => {
    const apps = names.map((name) => `${name}=${join(directory, `${name}.mjs`)}`);
    command = new Command(
      spawn(process.execPath, ['tools/start/main.mjs', ...apps], {
        env: { ...process.env, npm_lifecycle_event: 'start' },
      }),
    );
    return command;
  };

  it('says once both are ready, with the address of each', async () => {
    const { output } = await start('one', 'two')
      .says(/ready: .*\n/)
      .then(() => command);
    const [, one, two] = /ready: one (http:\S+) · two (http:\S+) /.exec(output) ?? [];
    for (const url of [one, two]) expect((await fetch(`${url ?? ''}/health/ready`)).status).toBe(200);
  });

  it('ends both cleanly on Ctrl-C, also when it comes twice at once', async () => {
    await start('one', 'two').says(/ready:/);
    command.child.kill('SIGINT');
    command.child.kill('SIGINT');
    expect(await command.ended).toBe(0);
    expect(command.output.match(/"msg":"stopped"/g)).toHaveLength(2);
    expect(command.pids().some(isAlive)).toBe(false);
  });

  it('ends both cleanly on SIGTERM, and cuts a request that would not end', async () => {
    const [, url = ''] = await start('one', 'two').says(/ready: one (http:\S+)/);
    const hanging = fetch(`${url}/hang`);
    await fetch(`${url}/health/live`);
    command.child.kill('SIGTERM');
    await expect(hanging).rejects.toThrow();
    expect(await command.ended).toBe(0);
    expect(command.output.match(/"msg":"stopped"/g)).toHaveLength(2);
  });

  it('ends with the error of an app that dies, and stops the other', async () => {
    await start('one', 'dying').says(/dying ended by itself \(exit code 7\)/);
    expect(await command.ended).toBe(7);
    expect(command.pids().some(isAlive)).toBe(false);
  });

  it('ends when an app cannot start', async () => {
    await start('one', 'broken').says(/no such thing/);
    expect(await command.ended).toBe(1);
  });

  it('leaves no app behind when it is killed itself', async () => {
    await start('one', 'two').says(/ready:/);
    command.child.kill('SIGKILL');
    await allEnded(command.pids());
    expect(command.output).toContain('the supervisor ended');
  });

  it('kills an app that does not end in time', async () => {
    await start('deaf').says(/"pid"/);
    command.child.kill('SIGTERM');
    expect(await command.ended).toBe(0);
    expect(command.output).toContain('deaf did not end within 5 s');
  });
});

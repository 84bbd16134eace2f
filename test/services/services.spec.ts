// The services themselves, on a folder of their own beside those that are up.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { isRunning } from '../../tools/services/service-process.js';
import { readState, type ServicesState } from '../../tools/services/services-state.js';

describe('npm run services:up and services:down', () => {
  let folder: string;
  const run = (command: string, env: Record<string, string> = {}) =>
    spawnSync(process.execPath, [resolve('dist/tools/services/main.js'), command], {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, SERVICES_DIR: folder, ...env },
      encoding: 'utf8',
    });
  const up = async (): Promise<{ readonly said: string; readonly state: ServicesState }> => {
    const { status, stdout, stderr } = run('up');
    expect({ status, stderr }).toMatchObject({ status: 0 });
    return { said: stdout, state: await readState(folder) };
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'services-'));
  });
  afterAll(async () => {
    run('down');
    await rm(folder, { recursive: true, force: true });
  });

  it('tells in one line, and fails, where nothing runs', () => {
    const { status, stdout, stderr } = run('check');
    expect({ status, stdout, lines: stderr.split('\n').length }).toEqual({ status: 1, stdout: '', lines: 2 });
    expect(stderr).toContain('npm run services:up');
  });

  it('starts both once, brings back what was killed, and stops what it started', async () => {
    const first = await up();
    expect(first.said).toMatch(/^export READ_MODEL_URL=postgres:\/\//m);
    expect(first.said).toMatch(/^export KAFKA_BROKERS=127\.0\.0\.1:\d+$/m);
    expect(run('check').status).toBe(0);
    expect((await stat(join(folder, 'state.json'))).mode & 0o777).toBe(0o600);

    expect(await up()).toEqual(first);

    const { kafka, postgres } = first.state;
    if (kafka === undefined || postgres === undefined) throw new Error('a service has no state');
    process.kill(kafka.process.pid, 'SIGKILL');
    const again = await up();
    expect(again.said).toBe(first.said);
    expect(again.state.postgres).toEqual(postgres);
    expect(again.state.kafka?.process.pid).not.toBe(kafka.process.pid);

    expect(run('down').status).toBe(0);
    for (const service of [again.state.kafka, again.state.postgres]) {
      expect(service === undefined || (await isRunning(service.process))).toBe(false);
    }
    expect(JSON.parse(await readFile(join(folder, 'state.json'), 'utf8'))).toEqual({});
    expect(run('check').status).toBe(1);
  });

  it('leaves another process alone that has the pid of one it started', async () => {
    const started = { pid: process.pid, startedAt: 'another time' };
    expect(await isRunning(started)).toBe(false);
  });
});

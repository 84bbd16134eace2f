// Projectors as processes on one PostgreSQL: who stands by takes over from one that dies or sleeps, the sleeper commits
// nothing (P2), and a database that goes is waited for.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPostgres, type PostgresTarget } from '@libs/read-models';
import { expectPureRows } from '../running/expect-pure-rows.js';
import { AppProcess } from './running/app-process.js';
import { openProxy, type CutProxy } from './running/cut-proxy.js';
import { ACCOUNT, openGrowingLog, type GrowingLog } from './running/growing-log.js';
import { dropModel, newName } from './running/postgres-models.js';
import { requireService } from './running/services.js';
import { until } from './running/until.js';

const AGENTS = 50;

interface Shown {
  readonly state: string;
  readonly position: string | null;
  readonly lastError: string | null;
}

describe('projectors on one PostgreSQL', () => {
  let folder: string;
  let target: PostgresTarget;
  let proxy: CutProxy;
  let log: GrowingLog;
  let running: AppProcess[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'projectors-'));
    target = { url: await requireService('TEST_POSTGRES_URL'), schema: newName() };
    proxy = await openProxy(target.url);
    log = openGrowingLog(folder, AGENTS);
    running = [];
  });
  afterEach(async () => {
    await Promise.all(running.map((app) => app.destroy()));
    await proxy.cut();
    await dropModel(target);
    await log.close();
    await rm(folder, { recursive: true, force: true });
  });

  function start(): AppProcess {
    const url = new URL(proxy.url);
    url.searchParams.set('schema', target.schema);
    const app = AppProcess.start('projector', folder, { READ_MODEL_URL: url.href });
    running.push(app);
    return app;
  }

  async function shown(app: AppProcess): Promise<Shown> {
    const reply = await fetch(`${await app.url()}/v1/projections`);
    const { projections } = (await reply.json()) as { projections: Shown[] };
    return projections[0]!;
  }
  const reaches = (app: AppProcess, expected: Partial<Shown>): Promise<void> =>
    until(async () => {
      const now = await shown(app);
      return Object.entries(expected).every(([name, value]) => now[name as keyof Shown] === value);
    });

  async function expectPureFold(): Promise<void> {
    const sql = openPostgres(target, 'read');
    try {
      expect(new Set(log.updates.map(({ stream }) => stream)).size).toBe(AGENTS);
      await expectPureRows(sql, log.updates);
    } finally {
      await sql.close();
    }
  }

  it('one stands by, ready to answer; when the other is killed it goes on from there', async () => {
    await log.grow(5);
    const first = start();
    await reaches(first, { state: 'live' });
    const second = start();
    await reaches(second, { state: 'standby' });
    await until(async () => (await second.readiness()).status === 200);
    const seen = await log.grow(5);
    await reaches(second, { state: 'standby', position: seen });
    const answer = await fetch(`${await second.url()}/v1/accounts/${ACCOUNT}/agents?minPosition=${seen}`);
    expect(answer.status).toBe(200);

    first.kill('SIGKILL');
    const last = await log.grow(5);
    await reaches(second, { state: 'live', position: last });
    await expectPureFold();
  });

  it('one that ends hands over at once', async () => {
    await log.grow(1);
    const first = start();
    await reaches(first, { state: 'live' });
    const second = start();
    await reaches(second, { state: 'standby' });
    first.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    const sql = openPostgres(target, 'read');
    const givenUp = 'SELECT token > 1 OR expires_at <= clock_timestamp() AS given_up FROM lease';
    expect(await sql.all(givenUp)).toEqual([{ given_up: true }]);
    await sql.close();
    await reaches(second, { state: 'live' });
  });

  it('one stopped in the middle of its work is replaced, and commits nothing when it wakes', async () => {
    await log.grow(1);
    const sleeper = start();
    await reaches(sleeper, { state: 'live' });
    const other = start();
    await reaches(other, { state: 'standby' });

    for (let round = 0; round < 2; round += 1) {
      const [stopped, next] = round === 0 ? [sleeper, other] : [other, sleeper];
      const before = (await shown(stopped)).position;
      const growing = log.grow(150);
      await until(async () => (await shown(stopped)).position !== before);
      stopped.kill('SIGSTOP');
      const last = await growing;
      await reaches(next, { state: 'live', position: last });
      await expectPureFold();

      stopped.kill('SIGCONT');
      await reaches(stopped, { state: 'standby', position: last });
      await expectPureFold();
    }
    const last = await log.grow(5);
    await reaches(other, { state: 'standby', position: last });
    await expectPureFold();
  });

  it('a database that goes is told to clients and waited for, and credentials are told to nobody', async () => {
    await log.grow(5);
    const app = start();
    await reaches(app, { state: 'live' });
    const accounts = async () => fetch(`${await app.url()}/v1/accounts`);
    expect((await accounts()).status).toBe(200);

    await proxy.cut();
    const reply = await accounts();
    expect(reply.status).toBe(503);
    expect(await reply.json()).toMatchObject({ code: 'read-model-unavailable' });
    expect(reply.headers.get('retry-after')).toBe('1');
    const last = await log.grow(5);
    await reaches(app, { lastError: 'model-unavailable' });

    await proxy.mend();
    await reaches(app, { state: 'live', position: last, lastError: null });
    await until(async () => (await accounts()).status === 200);
    await expectPureFold();
    const { password } = new URL(target.url);
    expect(password).not.toBe('');
    expect(app.output).not.toContain(password);
    expect(app.output).not.toContain('postgres://');
  });

  it('one that starts before its database waits for it', async () => {
    await proxy.cut();
    const app = start();
    await until(() => app.output.includes('ECONNREFUSED'));
    expect((await app.readiness()).status).toBe(503);
    await proxy.mend();
    const last = await log.grow(1);
    await reaches(app, { state: 'live', position: last });
  });
});

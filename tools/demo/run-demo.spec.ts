import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildIfStale } from '../../test/running/build-if-stale.js';
import { RunningApps, type Addresses } from '../../test/running/running-apps.js';
import { showProgress } from './progress.js';
import { runDemo } from './run-demo.js';

const NOW = Date.UTC(2026, 10, 20, 15, 30, 12, 345);
const START_LIMIT_MS = 60_000;
const SMALL = ['--agents', '8', '--days', '4'];

async function demo(words: readonly string[], env: Record<string, string> = {}) {
  let out = '';
  let err = '';
  const code = await runDemo(words, {
    env,
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    isTerminal: false,
    now: () => NOW,
    sleep: (ms) => sleep(ms),
  });
  return { code, out, err };
}

describe('the demo on a running service', () => {
  let folder: string;
  let apps: RunningApps;
  let addresses: Addresses;
  const where = (): string[] => ['--url', addresses.ingest, '--reports-url', addresses.projector];
  const get = async (url: string): Promise<unknown> => (await fetch(url)).json();

  beforeAll(async () => {
    buildIfStale();
    folder = await mkdtemp(join(tmpdir(), 'demo-'));
    apps = RunningApps.start(folder);
    addresses = await apps.ready();
  }, START_LIMIT_MS);
  afterAll(async () => {
    await apps.destroy();
    await rm(folder, { recursive: true, force: true });
  });

  it('fills an empty account, counts what came of it, and gives commands that answer at once', async () => {
    const { code, out, err } = await demo([...where(), ...SMALL]);
    expect({ code, ended: /^done · .* appended/m.test(err) }).toEqual({ code: 0, ended: true });
    const counted =
      /(\S+) payloads arrived: (\S+) appended, (\S+) duplicate, (\S+) quarantined/.exec(out) ?? [];
    const [arrived = 0, ...outcomes] = counted.slice(1).map((text) => Number(text.replace(',', '')));
    expect(arrived).toBeGreaterThan(300);
    expect(outcomes.reduce((sum, count) => sum + count, 0)).toBe(arrived);
    const { accounts } = (await get(`${addresses.projector}/v1/accounts`)) as { accounts: unknown };
    expect(accounts).toMatchObject([{ accountId: '700001', agents: 8 }]);
    const urls = [...out.matchAll(/^ {2}curl -sS '([^']+)'$/gm)].map(([, url = '']) => url);
    expect(urls.length).toBe(3);
    const [byTeam, acw, quality] = (await Promise.all(urls.map(get))) as { rows: Record<string, number>[] }[];
    expect(byTeam?.rows.length).toBeGreaterThan(1);
    expect(acw?.rows.some(({ acwMs = 0 }) => acwMs > 0)).toBe(true);
    expect(quality?.rows[0]?.lateEvents).toBeGreaterThan(0);
  });

  it('leaves an account alone that holds anything, unless it is named', async () => {
    const { code, out, err } = await demo([...where(), ...SMALL]);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('Account 700001 holds 8 agents already');
    expect(err).toContain('--account 700002');
    const named = await demo([...where(), ...SMALL, '--account', '700001']);
    expect(named.code).toBe(0);
    expect(named.out).toContain(' 0 appended,');
  });
});

describe('the demo', () => {
  it('says what to do when no service runs', async () => {
    const { code, out, err } = await demo(['--url', 'http://127.0.0.1:9']);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('No answer from http://127.0.0.1:9: is the service running? Run npm start');
  });

  it('refuses numbers that it cannot simulate', async () => {
    const { code, err } = await demo(['--agents', '0']);
    expect(code).toBe(2);
    expect(err).toContain('A whole number of 1 to 5000 is needed.');
  });

  it('draws one bar on a terminal, and a line a tenth elsewhere', () => {
    const shown = (isTerminal: boolean): string => {
      let text = '';
      let now = 0;
      const progress = showProgress({
        err: (more) => void (text += more),
        isTerminal,
        now: () => (now += 60),
      });
      for (let step = 0; step <= 20; step += 1) progress.at(step / 20, `step ${step}`);
      progress.end('all');
      return text;
    };
    expect(shown(true).split('\n')).toEqual([expect.stringContaining('100 % · all'), '']);
    expect(shown(true)).toContain(`\r[${'█'.repeat(15)}${'░'.repeat(15)}]  50 % · step 10\u001b[K`);
    expect(shown(false).split('\n').length).toBe(11 + 2);
    expect(shown(false)).toContain('\n50 % · step 10\n');
  });
});

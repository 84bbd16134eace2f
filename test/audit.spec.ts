// Tamper evidence as an operator and a third party meet it: the running service, the command line, and the script in one file.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseEntry } from '@libs/audit';
import { buildIfStale } from './running/build-if-stale.js';
import { postUpdates } from './running/post-updates.js';
import { RunningApps } from './running/running-apps.js';

const TIME_LIMIT_MS = 120_000;
const SAMPLES = ['01', '02', '03', '04', '05'];

describe('evidence that the log was not changed', () => {
  let root: string;
  let folder: string;
  let copyDir: string;
  let url = '';
  let texts: string[];
  const running: RunningApps[] = [];

  beforeAll(async () => {
    buildIfStale();
    root = await mkdtemp(join(tmpdir(), 'audit-'));
    folder = join(root, 'data');
    copyDir = join(root, 'witness');
    mkdirSync(copyDir);
    mkdirSync(folder);
    const fixtures = resolve('test/fixtures/on-agent-update');
    texts = SAMPLES.map((number) => {
      const [name = ''] = readdirSync(fixtures).filter((file) => file.startsWith(`${number}-`));
      return readFileSync(join(fixtures, name), 'utf8').trim();
    });
  }, TIME_LIMIT_MS);
  afterAll(async () => {
    for (const apps of running) await apps.destroy();
    await rm(root, { recursive: true });
  });

  const run = (script: string, words: readonly string[]) => {
    const env = { PATH: process.env.PATH, DATA_DIR: folder, ASH_INGEST_URL: url };
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...words], { cwd: root, env });
    return { code: status, out: stdout.toString(), err: stderr.toString() };
  };
  const cli = (...words: string[]) => run(resolve('dist/tools/cli/main.js'), ['audit', ...words]);
  /** Alone in a folder, as a third party has it. */
  const script = (...words: string[]) => {
    const alone = join(root, 'elsewhere', 'check-bundle.mjs');
    mkdirSync(join(alone, '..'), { recursive: true });
    copyFileSync(resolve('tools/audit/check-bundle.mjs'), alone);
    return run(alone, words);
  };
  const start = async (): Promise<RunningApps> => {
    const apps = RunningApps.start(folder, { AUDIT_COPY_DIR: copyDir });
    running.push(apps);
    ({ ingest: url } = await apps.ready());
    return apps;
  };
  const digests = () =>
    readFileSync(join(copyDir, 'digests.ndjson'), 'utf8').trimEnd().split('\n').map(parseEntry);

  it(
    'from the key to the check, over a stop, a rotation and a forgery',
    async () => {
      const created = cli('keys', 'create');
      const trust = created.out.trim();
      expect([created.code, trust]).toEqual([0, expect.stringMatching(/^[0-9a-f]{64}$/)]);
      expect(statSync(join(folder, 'audit', 'signing-key.pem')).mode & 0o777).toBe(0o600);
      expect(cli('keys', 'create')).toMatchObject({
        code: 1,
        err: expect.stringContaining('rotate it instead'),
      });

      let apps = await start();
      await postUpdates(url, 'array', texts);
      expect(await apps.stop()).toBe(0);
      // Written at the stop, into the other directory, too.
      expect(digests().at(-1)).toMatchObject({ kind: 'digest', from: '1', to: '5' });
      for (const text of readFileSync(join(folder, 'audit', 'signing-key.pem'), 'utf8').split('\n')) {
        if (text !== '') expect(apps.output).not.toContain(text);
      }

      expect(cli('keys', 'rotate').code).toBe(0);
      apps = await start();
      const earlier = join(root, 'earlier.ndjson');
      expect(cli('bundle', '--out', earlier)).toMatchObject({ code: 0, out: '' });
      expect(cli('keys', 'list').out).not.toContain(trust);
      const part = join(root, 'part.ndjson');
      writeFileSync(part, cli('bundle', '--from', '2', '--to', '4').out);
      const witnesses = ['--digests', copyDir, '--earlier', earlier];
      for (const checked of [
        cli('check', part, '--trust', trust, ...witnesses),
        script(part, '--trust', trust, ...witnesses),
        script(earlier, '--trust', trust, ...witnesses),
      ]) {
        expect(checked).toMatchObject({
          code: 0,
          out: expect.stringContaining('OK: all events are as'),
          err: '',
        });
      }
      expect(cli('check', earlier).code).toBe(2);
      expect([script(earlier).code, script(earlier, '--trust', 'x').code, script().code]).toEqual([2, 2, 2]);
      expect(script(join(root, 'none'), '--trust', trust).code).toBe(2);
      expect(script(earlier, '--trust', 'ab'.repeat(32))).toMatchObject({
        code: 1,
        out: expect.stringContaining('FAILED'),
      });
      expect(await apps.stop()).toBe(0);

      const db = new Database(join(folder, 'events.db'));
      db.exec('DROP TRIGGER events_refuse_update');
      db.exec(`UPDATE events SET data = replace(data, 'Mira', 'Lena') WHERE position = 3`);
      db.close();
      apps = await start();
      const forged = join(root, 'forged.ndjson');
      expect(cli('bundle', '--out', forged).code).toBe(0);
      expect(script(forged, '--trust', trust)).toMatchObject({
        code: 1,
        out: expect.stringMatching(
          /FAILED: event at position 3 \(agent-\S+, \S+\), digest 1, index 2: it is not what was/,
        ),
      });
      const json = cli('check', forged, '--trust', trust, '--json');
      expect([json.code, JSON.parse(json.out)]).toMatchObject([
        1,
        { ok: false, failures: [{ position: '3' }] },
      ]);
      expect(await apps.stop()).toBe(0);
      expect(cli('bundle', '--out', join(root, 'none'))).toMatchObject({ code: 1 });
      expect(existsSync(join(root, 'none'))).toBe(false);
    },
    TIME_LIMIT_MS,
  );
});

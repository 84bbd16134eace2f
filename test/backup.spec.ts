// A backup taken while a feed comes in, restored and started: what was acknowledged before it began is in it, and the read
// model goes on from where its copy stands.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { ask } from './running/ask-projector.js';
import { buildIfStale } from './running/build-if-stale.js';
import { postUpdates, type Acknowledgement } from './running/post-updates.js';
import { readLog } from './running/read-log.js';
import { RunningApps } from './running/running-apps.js';
import { simulatedWeek } from './simulator/simulated-week.js';

const TIME_LIMIT_MS = 60_000;
const WINDOW = { from: '2025-10-27T00:00:00Z', to: '2025-11-10T00:00:00Z', asOf: '2025-11-10T00:00:00Z' };
const ACCOUNT = 682_861;
const BATCH = 100;
const POLL_MS = 5;

const zManifest = z.object({
  files: z.array(z.object({ name: z.string(), position: z.string().nullable() })),
});

/** As an operator calls it: a process of its own. */
async function cli(folder: string, ...words: string[]): Promise<string> {
  const env = { PATH: process.env.PATH, DATA_DIR: folder };
  const script = resolve('dist/tools/cli/main.js');
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...words], { cwd: folder, env });
  return stdout;
}

const reportAt = (projector: string, minPosition: string) =>
  ask(projector, `/v1/accounts/${ACCOUNT}/reports/time-in-status`, { ...WINDOW, minPosition });

const zProjections = z.object({
  projections: z.tuple([z.object({ position: z.string().nullable(), appliedEvents: z.int() })]),
});

/** Events applied since the start, once the projection has come so far. */
async function appliedUpTo(projector: string, position: string): Promise<number> {
  for (;;) {
    const { projections } = zProjections.parse(await ask(projector, '/v1/projections'));
    if (projections[0].position === position) return projections[0].appliedEvents;
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
}

describe('a backup', () => {
  let root: string;
  const running: RunningApps[] = [];

  beforeAll(async () => {
    buildIfStale();
    root = await mkdtemp(join(tmpdir(), 'backup-'));
  }, TIME_LIMIT_MS);
  afterAll(async () => {
    for (const apps of running) await apps.destroy();
    await rm(root, { recursive: true });
  });

  const start = (folder: string): RunningApps => {
    const apps = RunningApps.start(folder);
    running.push(apps);
    return apps;
  };

  it(
    'taken while ingest appends, is restored with every event acknowledged before it, and both apps go on',
    async () => {
      const { arrivals } = simulatedWeek({
        ...{ seed: 7, accountId: ACCOUNT, agents: 30, from: Date.UTC(2025, 9, 27), days: 7, callsADay: 16 },
        faults: { lost: 0, doubled: 0, delayed: 0, foreign: 0.01 },
      });
      const texts = arrivals.map((payload) => JSON.stringify(payload));
      const data = await mkdtemp(join(root, 'data-'));
      const apps = start(data);
      const { ingest, projector } = await apps.ready();

      const acknowledged: Acknowledgement[] = [];
      let wanted = true;
      const feed = (async () => {
        for (let at = 0; at < texts.length && wanted; at += BATCH) {
          acknowledged.push(
            ...(await postUpdates(ingest, 'array', texts.slice(at, at + BATCH))).acknowledged,
          );
        }
      })();
      while (acknowledged.length < texts.length / 4) await new Promise((done) => setTimeout(done, POLL_MS));
      const before = [...acknowledged];
      const folder = join(root, 'monday');
      const { files } = zManifest.parse(JSON.parse(await cli(data, 'backup', folder, '--json')));
      const during = acknowledged.length - before.length;
      wanted = false;
      await feed;
      expect(during).toBeGreaterThan(0);
      expect(files.map(({ name }) => name)).toEqual(['read.db', 'quarantine.db', 'events.db']);
      const whole = await reportAt(projector, String((await readLog(data)).at(-1)?.position));
      expect(await apps.stop()).toBe(0);

      const restored = join(root, 'restored');
      await cli(root, 'restore', folder, '--data-dir', restored);
      const log = await readLog(restored);
      const places = new Map(log.map(({ id, position }) => [id, String(position)]));
      const events = before.filter(({ outcome }) => outcome !== 'quarantined');
      expect(events.filter(({ eventId, position }) => places.get(eventId ?? '') !== position)).toEqual([]);
      const head = Number(log.at(-1)?.position);
      const [readModel, , backedUpLog] = files.map(({ position }) => Number(position ?? 0));
      expect(backedUpLog).toBe(head);
      expect(readModel).toBeLessThanOrEqual(head);

      const second = start(restored);
      const addresses = await second.ready();
      expect(await appliedUpTo(addresses.projector, String(head))).toBe(head - (readModel ?? 0));
      for (const { quarantineId } of before.filter(({ outcome }) => outcome === 'quarantined')) {
        expect((await fetch(`${addresses.ingest}/v1/quarantine/${quarantineId}`)).status).toBe(200);
      }

      // What the backup lacks is sent once more, as a source would: nothing comes twice, nothing is missing.
      for (let at = 0; at < acknowledged.length; at += BATCH) {
        await postUpdates(
          addresses.ingest,
          'array',
          texts.slice(at, Math.min(at + BATCH, acknowledged.length)),
        );
      }
      const last = String((await readLog(restored)).at(-1)?.position);
      expect(await reportAt(addresses.projector, last)).toEqual(whole);
      expect(await second.stop()).toBe(0);
    },
    TIME_LIMIT_MS,
  );
});

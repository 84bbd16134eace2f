// How the command ends: cleanly when it is told to, though a feed is coming in, and with an error when an app is killed.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildIfStale } from './running/build-if-stale.js';
import { postUpdates } from './running/post-updates.js';
import { readLog } from './running/read-log.js';
import { RunningApps, type AppName } from './running/running-apps.js';
import { simulatedWeek } from './simulator/simulated-week.js';

const TIME_LIMIT_MS = 60_000;

describe('both apps as one command', () => {
  let folder: string;
  let apps: RunningApps;

  beforeAll(async () => {
    buildIfStale();
    folder = await mkdtemp(join(tmpdir(), 'stopping-'));
  }, TIME_LIMIT_MS);
  afterAll(() => rm(folder, { recursive: true }));
  beforeEach(() => void (apps = RunningApps.start(folder)));
  afterEach(() => apps.destroy());

  it('ends with 0 on SIGTERM in the middle of a feed, and has what it acknowledged', async () => {
    const { arrivals } = simulatedWeek({
      ...{ seed: 1, accountId: 682_861, agents: 25, from: Date.UTC(2025, 9, 27), days: 7, callsADay: 16 },
      faults: { lost: 0, doubled: 0, delayed: 0, foreign: 0 },
    });
    const { ingest } = await apps.ready();
    const texts = arrivals.map((payload) => JSON.stringify(payload));
    const [first = '', ...rest] = texts;
    await postUpdates(ingest, 'one', [first]);
    const third = Math.ceil(rest.length / 3);
    const feeds = [0, 1, 2].map((n) => postUpdates(ingest, 'ndjson', rest.slice(n * third, (n + 1) * third)));
    // With this answered, the feeds have arrived, too.
    await postUpdates(ingest, 'one', [first]);
    expect(await apps.stop()).toBe(0);
    const answers = await Promise.all(feeds);
    const acknowledged = answers.flatMap((answer) => answer.acknowledged);
    const places = new Map((await readLog(folder)).map(({ id, position }) => [id, String(position)]));
    expect(acknowledged.filter(({ eventId, position }) => places.get(eventId ?? '') !== position)).toEqual(
      [],
    );
    expect(apps.output.match(/"msg":"stopped"/g)).toHaveLength(2);
    expect(apps.output).not.toMatch(/did not end within|took too long|stopped at once/);
  });

  it.each([
    ['ingest', 'projector'],
    ['projector', 'ingest'],
  ] as const)('ends with an error when %s is killed, and stops %s', async (killed: AppName, other) => {
    await apps.ready();
    apps.killNow([killed]);
    expect(await apps.ended).toBe(1);
    expect(apps.output).toContain(`${killed} ended by itself (SIGKILL)`);
    expect(apps.output).toMatch(new RegExp(`"name":"${other}"[^\n]*"msg":"stopped"`));
    expect(apps.output).not.toContain('did not end within');
  });
});

// Both apps as `npm start` runs them, with their log in KurrentDB: the protocol double in a process of its own, or the
// server that TEST_EVENT_STORE_URL names.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accountOfRun } from './running/account-of-run.js';
import { ask } from './running/ask-projector.js';
import { buildIfStale } from './running/build-if-stale.js';
import { KurrentDbServer } from './running/kurrentdb-server.js';
import { postUpdates, type Acknowledgement, type Form } from './running/post-updates.js';
import { readMetrics } from './running/read-metrics.js';
import { RunningApps, type Addresses } from './running/running-apps.js';

const TIME_LIMIT_MS = 120_000;
const ACCOUNT = String(accountOfRun());
const AGENT = `/v1/accounts/${ACCOUNT}/agents/787096`;
const DAYS = { from: '2022-08-28T00:00:00Z', to: '2022-09-01T00:00:00Z' };
const MORNING = { from: '2022-08-30T08:05:50Z', to: '2022-08-30T09:00:00Z' };
const SAMPLES = ['01-sign-in', '02-on-a-call', '03-after-call-work', '04-available-again'] as const;
const LAST_SAMPLE = '05-custom-status-set-by-supervisor';
/** Of a reply: what the time of asking and the end of the log decide. */
const MOVING: readonly string[] = ['asOf', 'asOfPosition', 'silentMs', 'nextCursor'];
/** One more than the adapter looks back. */
const LATER_EVENTS = 1_001;

const sampleText = (name: string): string =>
  readFileSync(new URL(`fixtures/on-agent-update/${name}.json`, import.meta.url), 'utf8').replaceAll(
    '682861',
    ACCOUNT,
  );

/** The last sample again, so many minutes later: nothing but the time differs. */
function later(minutes: number): string {
  const at = Date.parse('2022-08-30T09:00:00Z') + minutes * 60_000;
  const text = new Date(at).toISOString().replace('T', ' ').replace('.000Z', ' UTC');
  return JSON.stringify(JSON.parse(sampleText(LAST_SAMPLE).replaceAll('2022-08-30 09:00:00 UTC', text)));
}

describe('both apps on KurrentDB', () => {
  let folder: string;
  let server: KurrentDbServer;
  let apps: RunningApps;
  let addresses: Addresses;
  let lastPosition = '0';

  const post = async (form: Form, texts: readonly string[]): Promise<readonly Acknowledgement[]> => {
    const { acknowledged, isWhole } = await postUpdates(addresses.ingest, form, texts);
    if (!isWhole) throw new Error(`not all was acknowledged:\n${apps.output}`);
    for (const { position } of acknowledged) {
      if (position !== null && BigInt(position) > BigInt(lastPosition)) lastPosition = position;
    }
    return acknowledged;
  };
  const outcomes = async (names: readonly string[]): Promise<string[]> => {
    const answers: string[] = [];
    for (const name of names) {
      const [answer] = await post('one', [sampleText(name)]);
      answers.push(answer?.outcome ?? 'none');
    }
    return answers;
  };
  /** What the agent's history is, whatever position it stands on. */
  const answers = async (): Promise<string[]> => {
    const asked: [string, Record<string, string>][] = [
      [`${AGENT}/timeline`, { ...DAYS, track: 'status' }],
      [`${AGENT}/events`, DAYS],
      [AGENT, {}],
      [`/v1/accounts/${ACCOUNT}/reports/time-in-status`, DAYS],
      [`/v1/accounts/${ACCOUNT}/reports/acw`, DAYS],
      [`/v1/accounts/${ACCOUNT}/reports/sessions`, DAYS],
      [`/v1/accounts/${ACCOUNT}/reports/data-quality`, DAYS],
    ];
    return Promise.all(
      asked.map(async ([path, parameters]) => {
        const minPosition = lastPosition;
        const reply = await ask(addresses.projector, path, { ...parameters, minPosition });
        return JSON.stringify(reply, (key, value: unknown) => (MOVING.includes(key) ? null : value), 1);
      }),
    );
  };
  const startApps = async (): Promise<void> => {
    apps = RunningApps.start(folder, { EVENT_STORE_URL: server.connectionString });
    addresses = await apps.ready();
  };

  beforeAll(async () => {
    buildIfStale();
    folder = await mkdtemp(join(tmpdir(), 'on-kurrentdb-'));
    server = await KurrentDbServer.start();
    await startApps();
  }, TIME_LIMIT_MS);
  afterAll(async () => {
    await apps?.destroy();
    server?.destroy();
    await rm(folder, { recursive: true });
  });

  it('take in payloads, and know again those that were sent before', async () => {
    expect(await outcomes(SAMPLES)).toEqual(SAMPLES.map(() => 'appended'));
    expect(await outcomes(SAMPLES)).toEqual(SAMPLES.map(() => 'duplicate'));
  });

  it(
    'answer 503 while the server is away, and go on by themselves when it is back',
    async () => {
      if (server.canBeSwitched) {
        await server.turn('stop');
        const reply = await fetch(`${addresses.ingest}/v1/agent-updates`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: sampleText(LAST_SAMPLE),
        });
        expect([reply.status, ((await reply.json()) as { code: string }).code]).toEqual([
          503,
          'store-unavailable',
        ]);
        expect(reply.headers.get('retry-after')).not.toBeNull();
        expect((await fetch(`${addresses.ingest}/health/ready`)).status).toBe(503);
        expect((await readMetrics(addresses.ingest))('ingest_event_store_retries_total')).toBeGreaterThan(0);
        await server.turn('start');
      }
      expect(await outcomes([LAST_SAMPLE])).toEqual(['appended']);
      await ask(addresses.projector, AGENT, { minPosition: lastPosition });
    },
    TIME_LIMIT_MS,
  );

  it(
    'keep 3 MB in quarantine that no event can come of, and show them whole also without the files they had',
    async () => {
      const text = JSON.stringify({
        event: 'onAgentUpdate',
        account_id: ACCOUNT,
        filler: 'x'.repeat(3_000_000),
      });
      const [answer] = await post('one', [text]);
      expect(answer).toMatchObject({ outcome: 'quarantined', code: 'too-large' });
      const id = answer?.quarantineId ?? '';
      const shown = async (): Promise<Record<string, unknown>> => {
        const reply = await fetch(`${addresses.ingest}/v1/quarantine/${id}`);
        const { raw, ...item } = (await reply.json()) as Record<string, unknown>;
        return { ...item, isWhole: raw === text };
      };
      const before = await shown();
      expect(before).toMatchObject({ bytes: text.length, isWhole: true, truncated: false, seen: 1 });
      expect(await apps.stop()).toBe(0);
      for (const name of await readdir(folder)) {
        if (name.startsWith('quarantine')) await rm(join(folder, name));
      }
      await startApps();
      expect(await shown()).toEqual(before);
      const list = await fetch(`${addresses.ingest}/v1/quarantine?accountId=${ACCOUNT}`);
      const { items } = (await list.json()) as { items: readonly { id: string }[] };
      expect(items.map((item) => item.id)).toEqual([id]);
    },
    TIME_LIMIT_MS,
  );

  it('report the morning as the sample payloads say', async () => {
    const report = await ask(addresses.projector, `/v1/accounts/${ACCOUNT}/reports/time-in-status`, {
      ...{ ...MORNING, minPosition: lastPosition },
    });
    const rows = report.rows as { readonly statuses: readonly { key: string; ms: number }[] }[];
    expect(rows.map(({ statuses }) => statuses.map(({ key, ms }) => [key, ms]))).toEqual([
      [
        ['acw', 78_000],
        ['available', 2_655_000],
        ['busy', 517_000],
      ],
    ]);
  });

  it(
    'an event appended twice, because the first is further back than is looked, changes no row and no answer',
    async () => {
      const texts = Array.from({ length: LATER_EVENTS }, (_, index) => later(index + 1));
      const acknowledged = await post('ndjson', texts);
      expect(new Set(acknowledged.map(({ outcome }) => outcome))).toEqual(new Set(['appended']));
      const before = await answers();
      const [first] = SAMPLES;
      expect(await outcomes([first])).toEqual(['appended']);
      expect(await answers()).toEqual(before);
      // The second copy is near enough to be found.
      expect(await outcomes([first])).toEqual(['duplicate']);
    },
    TIME_LIMIT_MS,
  );

  it(
    'end cleanly, and start again where they were',
    async () => {
      const before = await answers();
      expect(await apps.stop()).toBe(0);
      await startApps();
      expect(await outcomes([LAST_SAMPLE])).toEqual(['appended']);
      expect(await answers()).toEqual(before);
    },
    TIME_LIMIT_MS,
  );
});

describe('with the server away from the start', () => {
  it(
    'both apps run, ingest answers 503, and both end cleanly when they are told to',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'on-kurrentdb-'));
      // Nothing listens on the discard port of this address.
      const apps = RunningApps.start(folder, {
        EVENT_STORE_URL: 'esdb://admin:s3cret@127.0.0.9:9?tls=false',
      });
      try {
        await Promise.all([apps.pidOf('ingest'), apps.pidOf('projector')]);
        const [, ingest] = /"name":"ingest"[^\n]*"url":"([^"]+)"/.exec(apps.output) ?? [];
        const reply = await fetch(`${String(ingest)}/v1/agent-updates`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: sampleText(LAST_SAMPLE),
        });
        expect(reply.status).toBe(503);
        expect(await apps.stop()).toBe(0);
        expect(apps.output).toContain('cannot reach 127.0.0.9:9');
        expect(apps.output).not.toContain('killed');
        expect(apps.output).not.toContain('s3cret');
      } finally {
        await apps.destroy();
      }
      await rm(folder, { recursive: true });
    },
    TIME_LIMIT_MS,
  );
});

describe('a start that cannot succeed', () => {
  it('says so in one line, and nothing of the password', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'on-kurrentdb-'));
    const apps = RunningApps.start(folder, { EVENT_STORE_URL: 'esdb://admin:s3cret@127.0.0.1?tsl=false' });
    expect(await apps.ended).toBe(1);
    expect(apps.output).toContain(
      'EVENT_STORE_URL: event store: connection string: the option "tsl" is unknown',
    );
    expect(apps.output).not.toContain('s3cret');
    await rm(folder, { recursive: true });
  });
});

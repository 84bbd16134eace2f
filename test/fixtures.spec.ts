// The sample payloads through both running apps: over HTTP in, over REST out, with exactly the numbers of their README.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, type Parameters } from './running/ask-projector.js';
import { buildIfStale } from './running/build-if-stale.js';
import { postUpdates, type Acknowledgement } from './running/post-updates.js';
import { OTHER_PRODUCT_SAMPLE, sampleBytes, SAMPLES } from '@libs/domain/testing';
import { RunningApps, type Addresses } from './running/running-apps.js';

const AGENT = '/v1/accounts/682861/agents/787096';
const DAYS = { from: '2022-08-28T00:00:00Z', to: '2022-08-31T00:00:00Z' };
const TIME_LIMIT_MS = 60_000;
const [SIGN_IN, ON_A_CALL, AFTER_CALL, AVAILABLE, CUSTOM, EMPTY_DIFF, ARRAY_DIFF, COLUMNS_ONLY] = SAMPLES;

const sampleText = (name: string): string => sampleBytes(name).toString();

describe('the sample payloads, posted to the running apps', () => {
  let folder: string;
  let apps: RunningApps;
  let addresses: Addresses;
  let lastPosition = '0';

  const post = async (name: string): Promise<Acknowledgement> => {
    const answer = await postUpdates(addresses.ingest, 'one', [sampleText(name)]);
    const [acknowledged] = answer.acknowledged;
    if (acknowledged === undefined) throw new Error(`${name} was not acknowledged`);
    lastPosition = acknowledged.position ?? lastPosition;
    return acknowledged;
  };
  const askNow = (path: string, parameters: Parameters = {}): Promise<Record<string, unknown>> =>
    ask(addresses.projector, path, { ...parameters, minPosition: lastPosition });
  const timeline = (): Promise<Record<string, unknown>> =>
    askNow(`${AGENT}/timeline`, { ...DAYS, track: 'status' });

  beforeAll(async () => {
    buildIfStale();
    folder = await mkdtemp(join(tmpdir(), 'fixtures-'));
    apps = RunningApps.start(folder);
    addresses = await apps.ready();
  }, TIME_LIMIT_MS);
  afterAll(async () => {
    await apps.destroy();
    await rm(folder, { recursive: true });
  });

  it('01 to 05 become events and give the times of a morning', async () => {
    for (const [index, name] of [SIGN_IN, ON_A_CALL, AFTER_CALL, AVAILABLE, CUSTOM].entries()) {
      expect(await post(name)).toMatchObject({ outcome: 'appended', position: String(index + 1) });
    }
    const report = await askNow('/v1/accounts/682861/reports/time-in-status', {
      ...{ from: '2022-08-30T08:05:50Z', to: '2022-08-30T09:00:00Z' },
    });
    const shown = (report.rows as { readonly statuses: readonly { key: string; ms: number }[] }[]).map(
      ({ statuses, ...row }) => ({ ...row, statuses: statuses.map(({ key, ms }) => [key, ms]) }),
    );
    expect(shown).toEqual([
      expect.objectContaining({
        ...{ agentId: '787096', name: 'Mira Rao', windowMs: 3_250_000, unknownMs: 0, signedInMs: 3_250_000 },
        statuses: [
          ['acw', 78_000],
          ['available', 2_655_000],
          ['busy', 517_000],
        ],
      }),
    ]);
  });

  it('the status before the sign-in is known from the old values, and who set which', async () => {
    const { intervals, gaps, chainBreaks } = await timeline();
    const shown = (intervals as Record<string, unknown>[]).map((interval) => [
      ...[interval.key, interval.start, interval.end, interval.inferred],
      ...[interval.startedBy, interval.endedBy],
    ]);
    expect(shown).toEqual([
      ['offline', '2022-08-29T18:45:26.000Z', '2022-08-30T08:05:50.000Z', true, null, 'self'],
      ['available', '2022-08-30T08:05:50.000Z', '2022-08-30T08:21:07.000Z', false, 'self', 'self'],
      ['busy', '2022-08-30T08:21:07.000Z', '2022-08-30T08:29:44.000Z', false, 'self', 'self'],
      ['acw', '2022-08-30T08:29:44.000Z', '2022-08-30T08:31:02.000Z', false, 'self', 'self'],
      ['available', '2022-08-30T08:31:02.000Z', '2022-08-30T09:00:00.000Z', false, 'self', 'other'],
      ['custom-903', '2022-08-30T09:00:00.000Z', null, false, 'other', null],
    ]);
    expect([gaps, chainBreaks]).toEqual([[], 0]);
  });

  it('06, with no diff and hardly any agent, is kept and changes nothing', async () => {
    const before = await timeline();
    expect(await post(EMPTY_DIFF)).toMatchObject({ outcome: 'appended', position: '6' });
    const { asOfPosition, ...after } = await timeline();
    expect({ ...after, asOfPosition: before.asOfPosition }).toEqual(before);
    expect(asOfPosition).toBe('6');
    const kept = await askNow(`${AGENT}/events`, {
      from: '2020-01-01T00:00:00Z',
      to: '2021-01-01T00:00:00Z',
    });
    expect(kept.events).toMatchObject([{ at: '2020-03-10T11:27:52.000Z', changes: { model_changes: {} } }]);
  });

  it('07, with an array for a diff, is kept verbatim, and the teams are those of the agent', async () => {
    expect(await post(ARRAY_DIFF)).toMatchObject({ outcome: 'appended', position: '7' });
    const { teams } = await askNow(AGENT);
    expect(teams).toEqual([
      { teamId: 't-17', teamName: 'Billing' },
      { teamId: 't-20', teamName: 'VIP' },
    ]);
    const kept = await askNow(`${AGENT}/events`, {
      from: '2022-08-30T09:05:00Z',
      to: '2022-08-30T09:05:01Z',
    });
    const teamsDiff = { added: [{ id: 't-20', name: 'VIP' }], removed: [] };
    expect(kept.events).toMatchObject([{ changes: { model_changes: { teams: teamsDiff } } }]);
  });

  it('09, from one custom status to another by stored columns alone, leaves no gap', async () => {
    expect(await post(COLUMNS_ONLY)).toMatchObject({ outcome: 'appended', position: '8' });
    const { intervals, gaps } = await timeline();
    expect((intervals as unknown[]).slice(-2)).toMatchObject([
      { key: 'custom-903', label: 'Coaching / 1:1', end: '2022-08-30T09:30:00.000Z', uncertainFrom: null },
      { key: 'custom-904', label: 'Away from keyboard', start: '2022-08-30T09:30:00.000Z', end: null },
    ]);
    expect(gaps).toEqual([]);
  });

  it('08 is of another product and goes to quarantine', async () => {
    expect(await post(OTHER_PRODUCT_SAMPLE)).toMatchObject({
      ...{ outcome: 'quarantined', code: 'other-product', position: null, quarantineId: '1' },
    });
  });

  it('posted all again, they are all duplicates, and nothing changes', async () => {
    const before = await timeline();
    const texts = SAMPLES.map((name) => sampleText(name));
    for (const form of ['array', 'ndjson'] as const) {
      const compact = texts.map((text) => JSON.stringify(JSON.parse(text)));
      const { acknowledged } = await postUpdates(addresses.ingest, form, compact);
      expect(acknowledged.map(({ outcome, position }) => [outcome, position])).toEqual(
        SAMPLES.map((_, index) => ['duplicate', String(index + 1)]),
      );
    }
    for (const name of SAMPLES) expect(await post(name)).toMatchObject({ outcome: 'duplicate' });
    expect(await post(OTHER_PRODUCT_SAMPLE)).toMatchObject({ outcome: 'quarantined', quarantineId: '1' });
    expect(await timeline()).toEqual(before);
  });
});

// How the projection shows to clients: reading one's own write, readiness, and what happens when it cannot go on.
import { tempFolders } from '@libs/event-store/testing';
import { AGENT_UPDATED, agentStream } from '@libs/domain';
import { FOLD_VERSION } from '@libs/read-models';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ACCOUNT, type StatusChange } from '../testing/agent-updates.js';
import {
  startProjector,
  type ProjectorUnderTest,
  type UnderTestOptions,
} from '../testing/projector-under-test.js';
import { projectionsReply } from './projections-reply.js';

const newFolder = tempFolders();
const BASE = `/v1/accounts/${ACCOUNT}`;
const BAD_EVENT = '00000000-0000-8000-8000-0000000000bd';

describe('the projection', () => {
  let app: ProjectorUnderTest;

  async function start(options: Partial<UnderTestOptions> = {}): Promise<void> {
    app = await startProjector({ folder: newFolder(), ...options });
  }
  afterEach(() => app.close());

  const change = (minute: number): StatusChange => ({
    ...{ agent: '7', at: `2026-03-02T09:${minute}:00Z`, from: 'available', to: 'busy' },
    since: '2026-03-02T09:00:00Z',
  });

  async function projection() {
    const { json } = await app.get('/v1/projections');
    const [only] = projectionsReply.parse(json).projections;
    if (only === undefined) throw new Error('no projection is shown');
    return only;
  }

  async function until(condition: () => Promise<boolean>): Promise<void> {
    while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  async function appendBadEvent(): Promise<void> {
    await app.log().append([
      {
        stream: agentStream(ACCOUNT, '8'),
        expectedRevision: 'noStream',
        events: [{ id: BAD_EVENT, type: AGENT_UPDATED, data: null, metadata: null }],
      },
    ]);
  }

  it('a reader who waits for the position of a write reads that write', async () => {
    await start();
    for (let minute = 10; minute < 30; minute++) {
      const position = await app.append(change(minute));
      const { json } = await app.get(`${BASE}/agents/7?minPosition=${position}`);
      expect(json).toMatchObject({ asOfPosition: position, lastEventAt: `2026-03-02T09:${minute}:00.000Z` });
    }
  });

  it('a position that the log has not come to is 503 after a while, with Retry-After', async () => {
    await start({ runtime: { positionWaitMs: 50 } });
    await app.append(change(10));
    const { status, json, headers } = await app.get(`${BASE}/agents?minPosition=1000`);
    expect(status).toBe(503);
    expect(json).toMatchObject({ code: 'position-not-reached' });
    expect(headers['retry-after']).toBe('1');
  });

  it('without a log it waits: alive, not ready, and no account is there', async () => {
    await start();
    await until(async () => (await projection()).state === 'waiting-for-event-store');
    expect(await app.get('/health/live')).toMatchObject({ status: 200 });
    expect(await app.get('/health/ready')).toMatchObject({ status: 503, json: { code: 'not-ready' } });
    expect(await app.get('/v1/accounts')).toMatchObject({
      status: 200,
      json: { accounts: [], asOfPosition: null },
    });
    expect(await app.get(`${BASE}/agents`)).toMatchObject({
      status: 404,
      json: { code: 'account-not-found' },
    });

    const position = await app.append(change(10));
    expect(await app.get(`${BASE}/agents?minPosition=${position}`)).toMatchObject({ status: 200 });
    expect(await app.get('/health/ready')).toMatchObject({ status: 200 });
  });

  it('an empty log is a projection that is ready', async () => {
    await start();
    app.log();
    await until(async () => (await app.get('/health/ready')).status === 200);
    expect(await projection()).toMatchObject({ state: 'live', position: null, lagEvents: 0, lagSeconds: 0 });
  });

  it('position, head, lag and version are there to see', async () => {
    await start();
    const position = await app.append(change(10));
    await app.get(`${BASE}/agents?minPosition=${position}`);
    expect(await projection()).toMatchObject({
      ...{ name: 'agent-timelines', version: FOLD_VERSION, state: 'live' },
      ...{ position, headPosition: position, lagEvents: 0, lagSeconds: 0, poison: null, lastError: null },
    });
    const { text } = await app.get('/metrics');
    expect(text).toContain(`projection_position{app="projector"} ${position}`);
    expect(text).toContain('projection_applied_events_total{app="projector"} 1');
    expect(text).toContain('projection_state{state="live",app="projector"} 1');
  });

  it('what is known to be missing or late is counted for the metrics', async () => {
    await start();
    await app.append(change(10));
    await app.append({ ...change(30), from: 'lunch', to: 'acw', since: '2026-03-02T09:20:00Z' });
    const position = await app.append({ ...change(15), from: 'busy', since: '2026-03-02T09:10:00Z' });
    await app.get(`${BASE}/agents?minPosition=${position}`);
    const metrics = async () => (await app.get('/metrics')).text;
    // The first scrape asks; none waits for the answer.
    expect(await metrics()).not.toMatch(/^read_model_gaps\{.*\} \d/m);
    await until(async () => /^read_model_gaps\{.*\} \d/m.test(await metrics()));
    const counted = (await metrics()).match(/^read_model_.*$/gm);
    expect(counted).toEqual([
      'read_model_gaps{app="projector"} 1',
      'read_model_chain_breaks{app="projector"} 1',
      'read_model_late_events{app="projector"} 1',
    ]);
  });

  it('an event that cannot be applied stops the projection before it, visibly, and reads go on', async () => {
    await start();
    const good = await app.append(change(10));
    await appendBadEvent();
    await app.append(change(20));
    await until(async () => (await projection()).state === 'stopped-at-poison');
    expect(await projection()).toMatchObject({
      position: good,
      poison: { position: '2', eventId: BAD_EVENT },
      lastError: 'poison-event',
    });
    await until(async () => (await projection()).lagEvents === 2);
    expect((await app.get('/metrics')).text).toContain('projection_poisoned{app="projector"} 1');
    expect(await app.get('/health/ready')).toMatchObject({ status: 200 });
    expect(await app.get(`${BASE}/agents/7`)).toMatchObject({ status: 200, json: { asOfPosition: good } });
  });

  it('a projection that must not go on ends the app', async () => {
    const folder = newFolder();
    let fatal: (error: Error) => void = () => undefined;
    const ended = new Promise<Error>((resolve) => (fatal = resolve));
    await start({
      folder,
      runtime: {
        onFatal: fatal,
        startProjection: () =>
          Promise.resolve({ kind: 'fatal', error: new Error('another projector is at work') }),
      },
    });
    expect((await ended).message).toBe('another projector is at work');
    expect(await projection()).toMatchObject({ state: 'stopped' });
  });

  it('until the read model is open, whoever asks is told to come again', async () => {
    await start({ runtime: { startProjection: ({ signal }) => untilAborted(signal) } });
    const { status, json, headers } = await app.get(`${BASE}/agents`);
    expect(status).toBe(503);
    expect(json).toMatchObject({ code: 'read-model-unavailable' });
    expect(headers['retry-after']).toBe('1');
  });
});

function untilAborted(signal: AbortSignal): Promise<{ kind: 'stopped' }> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve({ kind: 'stopped' })));
}

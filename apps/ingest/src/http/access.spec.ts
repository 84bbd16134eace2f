// Who may send what: keys, scopes and accounts.
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createKey, type Accounts, type Scope } from '@libs/platform';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeIngest, type TestIngest } from '../testing/make-ingest.js';
import { quarantineEngines } from '../testing/quarantine-engines.js';
import { ndjson, sampleUpdate } from '../testing/sample-updates.js';

const engines = await quarantineEngines();
afterAll(() => Promise.all(engines.map((engine) => engine.stop())));

let keysFolder: string;
let keysFile: string;
let ingest: TestIngest;
let ofAccount1: string;
let adminOf1: string;
let reader: string;
let globalAdmin: string;

beforeEach(async () => {
  keysFolder = await mkdtemp(join(tmpdir(), 'keys-'));
  keysFile = join(keysFolder, 'keys.json');
  const make = async (scopes: Scope[], accounts: Accounts): Promise<string> => {
    const { key } = await createKey(
      keysFile,
      { name: 'test', scopes, accounts },
      { now: Date.now, randomBytes },
    );
    return `Bearer ${key}`;
  };
  ofAccount1 = await make(['ingest'], ['1']);
  adminOf1 = await make(['admin'], ['1']);
  reader = await make(['read'], '*');
  globalAdmin = await make(['admin', 'ingest'], '*');
  ingest = await makeIngest({ keysFile });
});
afterEach(async () => {
  await ingest.destroy();
  await rm(keysFolder, { recursive: true });
});

const mine = sampleUpdate({ accountId: 1 });
const foreign = sampleUpdate({ accountId: 2 });
const status = async (body: unknown, authorization?: string): Promise<number> =>
  (await ingest.post(body, authorization === undefined ? {} : { authorization })).statusCode;
const sum = (names: string[], authorization: string): Promise<number[]> =>
  Promise.all(
    names.map(async (name) => {
      const { body } = await ingest.inject({ url: '/metrics', headers: { authorization } });
      return Number(new RegExp(`^${name}{[^}]*} (\\d+)`, 'm').exec(body)?.[1]);
    }),
  );

describe('agent updates', () => {
  it('without a key are 401, without the scope 403', async () => {
    expect(await status(mine)).toBe(401);
    expect(await status(mine, 'Bearer nonsense')).toBe(401);
    expect(await status(mine, reader)).toBe(403);
    expect(await status(mine, ofAccount1)).toBe(201);
  });

  it('of another account: nothing of a JSON body is written, and all of it is counted as rejected', async () => {
    for (const body of [foreign, [mine, foreign, {}], { event: 'other', account_id: 2 }]) {
      const reply = await ingest.post(body, { authorization: ofAccount1 });
      expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([403, 'account-not-allowed']);
    }
    expect(await ingest.parts.store.head()).toBeNull();
    expect(ingest.parts.quarantine.totals().items).toBe(0);
    expect(await sum(['ingest_received_total', 'ingest_rejected_total'], globalAdmin)).toEqual([5, 5]);
  });

  it('of another account are rejected line by line in NDJSON, and the others recorded', async () => {
    const headers = { authorization: ofAccount1, 'content-type': 'application/x-ndjson' };
    const reply = await ingest.post(ndjson([mine, foreign, { ...mine, event: 'other' }]), headers);
    const lines = reply.body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toMatchObject([
      { outcome: 'appended', accountId: '1' },
      { outcome: 'rejected', accountId: '2', code: 'account-not-allowed', quarantineId: null },
      { outcome: 'quarantined', accountId: '1' },
      { appended: 1, duplicates: 0, quarantined: 1, rejected: 1 },
    ]);
    expect(await ingest.parts.store.head()).toBe(1n);
  });
});

describe.each(engines)('the quarantine in $name', (engine) => {
  beforeEach(async () => {
    await ingest.destroy();
    ingest = await makeIngest({ ...engine.newPlace(), keysFile });
    await ingest.post(
      [{ event: 'other', account_id: 1 }, { event: 'other', account_id: 2 }, { event: 'other' }],
      { authorization: globalAdmin },
    );
  });
  const get = (url: string, authorization: string) => ingest.inject({ url, headers: { authorization } });

  it('shows an account its own items, and those of unknown accounts to a global admin alone', async () => {
    const idsFor = async (authorization: string): Promise<string[]> =>
      (await get('/v1/quarantine', authorization))
        .json<{ items: { id: string }[] }>()
        .items.map(({ id }) => id);
    expect(await idsFor(adminOf1)).toEqual(['1']);
    expect(await idsFor(globalAdmin)).toEqual(['3', '2', '1']);
    const shown = await Promise.all(['1', '2', '3'].map((id) => get(`/v1/quarantine/${id}`, adminOf1)));
    expect(shown.map(({ statusCode }) => statusCode)).toEqual([200, 404, 404]);
    const asked = await get('/v1/quarantine?accountId=2', adminOf1);
    expect(asked.statusCode).toBe(404);
  });

  it('needs the scope admin, to retry too', async () => {
    const retry = (id: string, authorization: string) =>
      ingest.inject({ method: 'POST', url: `/v1/quarantine/${id}/retry`, headers: { authorization } });
    expect((await get('/v1/quarantine', reader)).statusCode).toBe(403);
    expect((await get('/v1/quarantine/1', ofAccount1)).statusCode).toBe(403);
    expect((await retry('1', ofAccount1)).statusCode).toBe(403);
    expect((await retry('2', adminOf1)).statusCode).toBe(404);
    expect((await retry('1', adminOf1)).statusCode).toBe(422);
  });
});

describe('skipped events', () => {
  const skip = (payload: object, authorization: string) =>
    ingest.inject({ method: 'POST', url: '/v1/skipped-events', headers: { authorization }, payload });

  it('are recorded once for each position, by a global admin alone', async () => {
    await ingest.post(mine, { authorization: globalAdmin });
    const wish = { position: '1', reason: 'cannot be folded' };
    expect((await skip(wish, adminOf1)).statusCode).toBe(403);
    const replies = await Promise.all(Array.from({ length: 5 }, () => skip(wish, globalAdmin)));
    expect(replies.map(({ statusCode }) => statusCode).toSorted()).toEqual([200, 200, 200, 200, 201]);
    const { events } = await ingest.parts.store.readAll({ after: 1n, limit: 10 });
    expect(events).toMatchObject([{ stream: 'operations', type: 'EventSkipped', data: wish }]);
  });

  it('need an event at the position, and a reason', async () => {
    await ingest.post(mine, { authorization: globalAdmin });
    for (const position of ['0', '2', '99999999999999999999'])
      expect((await skip({ position, reason: 'x' }, globalAdmin)).statusCode).toBe(404);
    for (const body of [
      { position: '1' },
      { position: '1', reason: ' ' },
      { position: 'x', reason: 'x' },
      { reason: 'x' },
    ])
      expect((await skip(body, globalAdmin)).statusCode).toBe(400);
  });
});

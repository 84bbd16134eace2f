// Digests in the running app: written by themselves and at the end, shown as a bundle to a global admin, no condition of anything.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createSigningKey, parseEntry, type ChainEntry } from '@libs/audit';
import { createKey, type Accounts, type Scope } from '@libs/platform';
import { tempFolders } from '@libs/event-store/testing';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkBundle } from '../../../../tools/audit/check-bundle.mjs';
import { makeIngest, type IngestOptions, type TestIngest } from '../testing/make-ingest.js';
import { sampleUpdates } from '../testing/sample-updates.js';

const newFolder = tempFolders();
let folder: string;
let ingest: TestIngest;
beforeEach(() => void (folder = newFolder()));
afterEach(() => ingest.close());

const make = async (options: IngestOptions = {}): Promise<TestIngest> =>
  (ingest = await makeIngest({ folder, ...options }));
const keyFile = () => join(folder, 'audit', 'signing-key.pem');
const chainFile = () => join(folder, 'audit', 'digests.ndjson');
const entries = (): (ChainEntry | null)[] =>
  existsSync(chainFile()) ? readFileSync(chainFile(), 'utf8').trimEnd().split('\n').map(parseEntry) : [];
const getBundle = (query = '') => ingest.inject({ url: `/v1/audit/bundle${query}` });

async function check(body: string, fingerprint: string) {
  const file = join(folder, 'bundle.ndjson');
  writeFileSync(file, body);
  return checkBundle(file, { trust: [fingerprint] });
}

describe('a bundle', () => {
  it('has everything that was acknowledged before it was asked for', async () => {
    const { fingerprint } = await createSigningKey(keyFile());
    await make();
    await ingest.post(sampleUpdates(30));
    const reply = await getBundle();
    expect([reply.statusCode, reply.headers['content-type']]).toEqual([200, 'application/x-ndjson']);
    expect(await check(reply.body, fingerprint)).toMatchObject({ ok: true, events: 30 });
    expect(await ingest.metric('ingest_audit_last_position')).toBe(30);
    expect(await ingest.metric('ingest_audit_active')).toBe(1);
    await ingest.post(sampleUpdates(40));
    const part = await getBundle('?from=35&to=36');
    expect(await check(part.body, fingerprint)).toMatchObject({ ok: true, events: 4, from: '35', to: '36' });
    expect(await ingest.metric('ingest_audit_digests_total')).toBe(2);
  });

  it('can be asked for by times of recording', async () => {
    const { fingerprint } = await createSigningKey(keyFile());
    await make();
    await ingest.post(sampleUpdates(5));
    const all = await getBundle('?from=2026-03-02T13:00:00%2B01:00&to=2026-03-02T12:00:01Z');
    expect(await check(all.body, fingerprint)).toMatchObject({
      ok: true,
      events: 5,
      from: '2026-03-02T12:00:00.000Z',
    });
    const none = await getBundle('?from=2026-03-02T12:00:01Z');
    expect(await check(none.body, fingerprint)).toMatchObject({ ok: true, events: 0 });
  });

  it.each(['?from=yesterday', '?to=-1', '?from=2026-03-02', '?color=red'])('%s is 400', async (query) => {
    await make();
    const reply = await getBundle(query);
    expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([400, 'invalid-parameters']);
  });

  it('of nothing is 404, until there is a key', async () => {
    await make();
    await ingest.post(sampleUpdates(3));
    const reply = await getBundle();
    expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([404, 'not-found']);
    expect(await ingest.metric('ingest_audit_active')).toBe(0);
    const { fingerprint } = await createSigningKey(keyFile());
    expect(await check((await getBundle()).body, fingerprint)).toMatchObject({ ok: true, events: 3 });
  });

  it('is for a global admin alone', async () => {
    const keysFile = join(folder, 'keys.json');
    const key = async (scopes: Scope[], accounts: Accounts) =>
      (await createKey(keysFile, { name: 'test', scopes, accounts }, { now: Date.now, randomBytes })).key;
    const keys = [await key(['read', 'ingest'], '*'), await key(['admin'], ['1']), await key(['admin'], '*')];
    await createSigningKey(keyFile());
    await make({ keysFile });
    const statuses = keys.map(async (token) => {
      const headers = { authorization: `Bearer ${token}` };
      return (await ingest.inject({ url: '/v1/audit/bundle', headers })).statusCode;
    });
    expect(await Promise.all(statuses)).toEqual([403, 403, 200]);
    expect((await getBundle()).statusCode).toBe(401);
  });
});

describe('the last digest', () => {
  it('is written when the app stops, and covers all that was acknowledged', async () => {
    await createSigningKey(keyFile());
    await make();
    await ingest.post(sampleUpdates(7));
    await getBundle();
    await ingest.post(sampleUpdates(9));
    expect(entries().at(-1)).toMatchObject({ kind: 'digest', to: '7' });
    await ingest.close();
    expect(entries().at(-1)).toMatchObject({ kind: 'digest', from: '8', to: '9' });
  });
});

describe('digests that cannot be written', () => {
  it('are counted and logged; recording goes on and the app stays ready', async () => {
    await createSigningKey(keyFile());
    writeFileSync(chainFile(), 'x\n'.repeat(3));
    await make();
    expect((await ingest.post(sampleUpdates(3))).statusCode).toBe(200);
    await getBundle();
    expect((await ingest.inject({ url: '/health/ready' })).statusCode).toBe(200);
    expect(await ingest.metric('ingest_audit_failures_total')).toBeGreaterThan(0);
    expect(ingest.log()).toContain('digests of the log could not be written');
  });

  it('say nothing of the key', async () => {
    await createSigningKey(keyFile());
    const pem = readFileSync(keyFile(), 'utf8');
    writeFileSync(keyFile(), pem.replace('MC4', 'MC5'));
    await make();
    await getBundle();
    await ingest.close();
    expect(ingest.log()).toContain('holds no Ed');
    for (const line of pem.split('\n').filter((text) => text !== ''))
      expect(ingest.log()).not.toContain(line);
  });
});

// Who may read what: keys, scopes and accounts; and an account outside the key's looks like one that is not there.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { tempFolders } from '@libs/event-store/testing';
import { createKey, type Accounts, type Scope } from '@libs/platform';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startProjector, type ProjectorUnderTest, type Reply } from '../testing/projector-under-test.js';

const newFolder = tempFolders();
const WINDOW = 'from=2026-03-02T00:00:00Z&to=2026-03-03T00:00:00Z';
const ROUTES = [
  `/reports/time-in-status?${WINDOW}`,
  `/reports/acw?${WINDOW}`,
  `/reports/sessions?${WINDOW}`,
  `/reports/data-quality?${WINDOW}`,
  '/agents',
  '/agents/7',
  `/agents/7/timeline?${WINDOW}`,
  `/agents/7/sessions?${WINDOW}`,
  `/agents/7/events?${WINDOW}`,
  '/teams',
  '/statuses',
  '/live',
];

describe('with API keys', () => {
  let app: ProjectorUnderTest;
  const keys: Record<string, string> = {};

  const ask = (url: string, key: string | null): Promise<Reply> =>
    app.get(url, key === null ? {} : { authorization: `Bearer ${keys[key] ?? key}` });

  beforeAll(async () => {
    const folder = newFolder();
    const apiKeysFile = join(folder, 'keys.json');
    const make = async (name: string, scopes: Scope[], accounts: Accounts): Promise<void> => {
      const tools = { now: () => 0, randomBytes };
      keys[name] = (await createKey(apiKeysFile, { name, scopes, accounts }, tools)).key;
    };
    await make('reader', ['read'], ['11']);
    await make('ingester', ['ingest'], ['11']);
    await make('everyone', ['read'], '*');
    await make('admin', ['admin'], '*');
    app = await startProjector({ folder, apiKeysFile });
    const change = { at: '2026-03-02T09:30:00Z', from: 'available', to: 'busy' } as const;
    const since = '2026-03-02T09:00:00Z';
    await app.append({ ...change, since, agent: '7', account: '11' });
    const position = await app.append({ ...change, since, agent: '7', account: '22' });
    expect((await ask(`/v1/accounts?minPosition=${position}`, 'everyone')).status).toBe(200);
  });
  afterAll(() => app.close());

  it.each(ROUTES)('%s needs a key, and one with the scope read', async (route) => {
    expect(await ask(`/v1/accounts/11${route}`, null)).toMatchObject({ status: 401 });
    expect(await ask(`/v1/accounts/11${route}`, 'ingester')).toMatchObject({
      status: 403,
      json: { code: 'missing-scope' },
    });
    expect(await ask(`/v1/accounts/11${route}`, 'reader')).toMatchObject({ status: 200 });
  });

  it.each(ROUTES)(
    '%s of an account outside the key’s is answered as one that is not there',
    async (route) => {
      const outside = await ask(`/v1/accounts/22${route}`, 'reader');
      const absent = await ask(`/v1/accounts/33${route}`, 'everyone');
      expect(outside.status).toBe(404);
      const anonymous = ({ json }: Reply): unknown => ({ ...(json as object), requestId: '' });
      expect(anonymous(outside)).toEqual(anonymous(absent));
    },
  );

  it('an agent that is not there is 404 in an account that is', async () => {
    expect(await ask('/v1/accounts/11/agents/8', 'reader')).toMatchObject({
      status: 404,
      json: { code: 'agent-not-found' },
    });
  });

  it('the accounts listed are those the key may read', async () => {
    expect(await ask('/v1/accounts', 'reader')).toMatchObject({
      json: { accounts: [{ accountId: '11', agents: 1 }], asOfPosition: '2' },
    });
    expect(await ask('/v1/accounts', 'everyone')).toMatchObject({
      json: { accounts: [{ accountId: '11' }, { accountId: '22' }] },
    });
  });

  it('projections and metrics need an admin key for all accounts', async () => {
    for (const url of ['/v1/projections', '/metrics']) {
      expect(await ask(url, null)).toMatchObject({ status: 401 });
      expect(await ask(url, 'everyone')).toMatchObject({ status: 403 });
      expect(await ask(url, 'admin')).toMatchObject({ status: 200 });
    }
  });

  it('routes that come later ask for the same keys as those that are there', async () => {
    for (const path of ['/agents/7/explain', '/changes', '/live/stream']) {
      expect(await ask(`/v1/accounts/11${path}`, null)).toMatchObject({ status: 401 });
      expect(await ask(`/v1/accounts/22${path}`, 'reader')).toMatchObject({ status: 404 });
      expect(await ask(`/v1/accounts/11${path}`, 'reader')).toMatchObject({ status: 400 });
    }
    const rebuild = (key: string): Promise<Reply> =>
      app.ask('POST', '/v1/projections/rebuild', { authorization: `Bearer ${keys[key] ?? ''}` });
    expect(await rebuild('everyone')).toMatchObject({ status: 403 });
    expect(await rebuild('admin')).toMatchObject({ status: 400, json: { code: 'not-supported-yet' } });
  });

  it('health needs no key', async () => {
    expect(await ask('/health/live', null)).toMatchObject({ status: 200 });
    expect(await ask('/health/ready', null)).toMatchObject({ status: 200 });
  });

  it('no metric has a label that could name an agent, an account or a key', async () => {
    const { text } = await ask('/metrics', 'admin');
    const labels = new Set([...text.matchAll(/[{,]([a-z_]+)="/g)].map(([, label]) => label));
    const known = [
      'app',
      'kind',
      'le',
      'method',
      'query',
      'route',
      'space',
      'state',
      'status',
      'type',
      'version',
    ];
    expect([...labels].filter((label) => !known.includes(label ?? ''))).toEqual(['major', 'minor', 'patch']);
    expect([...text.matchAll(/route="([^"]*)"/g)].filter(([, route]) => /\d{2}/.test(route ?? ''))).toEqual(
      [],
    );
  });
});

// Who may ask what of an app, with keys and without.
import { describe, expect, it } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { revokeKey, StartupError } from '../index.js';
import { THINGS, useSampleApp } from '../testing/sample-app.js';

describe('access to an app of the platform', () => {
  const { start, key, bearer, keysFile, lines } = useSampleApp();

  describe('without keys', () => {
    it.each(['localhost', 'localhost:3001', '127.0.0.1:3001', '127.9.9.9', '[::1]:80'])(
      'serves the Host %s',
      async (host) => {
        const { app } = await start();
        expect((await app.inject({ url: THINGS, headers: { host } })).statusCode).toBe(200);
      },
    );

    it.each([
      'evil.example',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      '10.0.0.1:3001',
      'evil@localhost',
    ])('refuses the Host "%s", so that a web page cannot rebind a name', async (host) => {
      const { app } = await start();
      for (const url of [THINGS, '/health/live', '/docs', '/metrics', '/nowhere']) {
        const reply = await app.inject({ url, headers: { host } });
        expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([403, 'host-not-allowed']);
      }
    });

    it('refuses a request that a page of another origin makes', async () => {
      const { app } = await start();
      const send = (origin: string) =>
        app.inject({ method: 'POST', url: '/v1/things', headers: { origin }, payload: { name: 'a' } });
      expect((await send('https://evil.example')).statusCode).toBe(403);
      expect((await send('null')).statusCode).toBe(403);
      expect((await send('http://localhost:3001')).statusCode).toBe(201);
    });

    it('says so in the log and refuses to start on another host', async () => {
      await start();
      expect(lines.join('')).toContain('loopback only');
      await expect(start({ host: '0.0.0.0' })).rejects.toThrow(StartupError);
    });

    it('takes JSON alone: a form or text of another page is 415', async () => {
      const { app } = await start();
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
      ]) {
        const reply = await app.inject({
          method: 'POST',
          url: '/v1/things',
          headers: { 'content-type': type },
          payload: '{"name":"a"}',
        });
        expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([
          415,
          'unsupported-media-type',
        ]);
      }
    });

    it('sends no CORS header', async () => {
      const { app } = await start();
      const reply = await app.inject({ url: THINGS, headers: { origin: 'http://localhost:9999' } });
      expect(Object.keys(reply.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    });
  });

  describe('with keys', () => {
    it('lets a key do what its scopes name, and nothing else', async () => {
      const reader = await key(['read']);
      const admin = await key(['admin']);
      const { app } = await start({ apiKeysFile: keysFile });
      const get = async (token: string, url = THINGS) =>
        (await app.inject({ url, headers: bearer(token) })).statusCode;
      expect(await get(reader.key)).toBe(200);
      expect(await get(admin.key)).toBe(403);
      expect(await get(admin.key, '/metrics')).toBe(200);
      expect(await get(reader.key, '/metrics')).toBe(403);
    });

    it('asks a global admin for a route that declares nothing', async () => {
      const reader = await key(['read', 'ingest']);
      const some = await key(['admin'], ['1']);
      const admin = await key(['admin']);
      const { app } = await start({ apiKeysFile: keysFile });
      const get = async (token: string) =>
        (await app.inject({ url: '/v1/forgotten', headers: bearer(token) })).statusCode;
      expect([await get(reader.key), await get(some.key), await get(admin.key)]).toEqual([403, 403, 200]);
    });

    it('answers 401 without a valid key, before it reads the body', async () => {
      const { key: good } = await key(['ingest']);
      const { app } = await start({ apiKeysFile: keysFile });
      const wrong = `${good.slice(0, -1)}${good.endsWith('A') ? 'B' : 'A'}`;
      for (const headers of [{}, bearer(wrong), bearer('x'), { authorization: `Basic ${good}` }]) {
        const reply = await app.inject({
          method: 'POST',
          url: '/v1/things',
          headers: { ...headers, 'content-type': 'application/json' },
          payload: 'not json',
        });
        expect([reply.statusCode, reply.headers['www-authenticate']]).toEqual([401, 'Bearer']);
      }
    });

    it('answers an account outside the key like one that is not there', async () => {
      const { key: token } = await key(['read'], ['1', '3']);
      const { app } = await start({ apiKeysFile: keysFile });
      const get = (account: string) =>
        app.inject({
          url: `/v1/accounts/${account}/things?from=2026-03-02T09:00:00Z`,
          headers: bearer(token),
        });
      expect((await get('3')).statusCode).toBe(200);
      const outside = await get('2');
      expect([outside.statusCode, outside.json<{ code: string }>().code]).toEqual([404, 'account-not-found']);
    });

    it.each([
      ['1', '01'],
      ['007', '7'],
      ['007', '0007'],
    ])('takes leading zeros for nothing: a key for %s opens account %s', async (mine, asked) => {
      const { key: token } = await key(['read'], [mine]);
      const { app } = await start({ apiKeysFile: keysFile });
      const url = (account: string) => `/v1/accounts/${account}/things?from=2026-03-02T09:00:00Z`;
      const get = async (account: string) =>
        (await app.inject({ url: url(account), headers: bearer(token) })).statusCode;
      expect([await get(asked), await get(`${asked}0`)]).toEqual([200, 404]);
    });

    it('refuses a key once it is revoked', async () => {
      const { key: token, id } = await key(['read']);
      const { app } = await start({ apiKeysFile: keysFile });
      const get = async () => (await app.inject({ url: THINGS, headers: bearer(token) })).statusCode;
      expect(await get()).toBe(200);
      await revokeKey(keysFile, id, () => 0);
      while ((await get()) === 200) await new Promise((resolve) => setTimeout(resolve, 50));
      expect(await get()).toBe(401);
    });

    it('lets nobody in while the key file is damaged, and shows it in readiness', async () => {
      const { key: token } = await key(['read']);
      const { app } = await start({ apiKeysFile: keysFile });
      const get = (url: string) => app.inject({ url, headers: bearer(token) });
      await writeFile(keysFile, '{');
      while ((await get(THINGS)).statusCode === 200) await new Promise((resolve) => setTimeout(resolve, 50));
      expect((await get(THINGS)).json()).toMatchObject({ status: 503, code: 'keys-unavailable' });
      const ready = await get('/health/ready');
      expect(ready.json()).toMatchObject({
        status: 503,
        code: 'not-ready',
        checks: [{ name: 'api-keys', ok: false }],
      });
      expect((await get('/health/live')).statusCode).toBe(200);
    });

    it('refuses to start on a key file that is missing or damaged', async () => {
      await expect(start({ apiKeysFile: keysFile })).rejects.toThrow(/cannot be read \(ENOENT\)/);
      await writeFile(keysFile, '{"version":1,"keys":[{}]}');
      await expect(start({ apiKeysFile: keysFile })).rejects.toThrow(/damaged/);
    });

    it('may listen anywhere and serves any Host', async () => {
      const { key: token } = await key(['read']);
      const { app } = await start({ apiKeysFile: keysFile, host: '0.0.0.0' });
      expect(
        (await app.inject({ url: THINGS, headers: { ...bearer(token), host: 'reports.example' } }))
          .statusCode,
      ).toBe(200);
    });
  });
});

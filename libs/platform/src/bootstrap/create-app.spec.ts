// What every app does with parameters, problems, logs, metrics, health and its documentation.
import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { SampleController, THINGS, useSampleApp } from '../testing/sample-app.js';

describe('an app of the platform', () => {
  const { start, key, bearer, keysFile, lines } = useSampleApp();

  describe('parameters', () => {
    it('reach the handler parsed', async () => {
      const { app } = await start();
      const reply = await app.inject({ url: `${THINGS}&agentId=7&agentId=8&limit=5` });
      expect(reply.json()).toMatchObject({
        asked: { from: Date.UTC(2026, 2, 2, 9), limit: 5, agentId: ['7', '8'] },
      });
      const one = await app.inject({ url: `${THINGS}&agentId=7` });
      expect(one.json()).toMatchObject({ asked: { limit: 1_000, agentId: ['7'] } });
    });

    it('that are absent, unknown, repeated or malformed are all named in one 400', async () => {
      const { app } = await start();
      const reply = await app.inject({
        url: '/v1/accounts/1/things?limit=0&agentId=x&agentId=7&color=red&constructor=1',
      });
      expect(reply.statusCode).toBe(400);
      expect(reply.headers['content-type']).toBe('application/problem+json');
      const { parameters, code } = reply.json<{
        code: string;
        parameters: { name: string; message: string }[];
      }>();
      expect(code).toBe('invalid-parameters');
      expect(Object.fromEntries(parameters.map(({ name, message }) => [name, message]))).toEqual({
        from: 'is needed',
        limit: 'must be a whole number from 1 to 10000',
        agentId: 'must be 1 to 20 digits',
        color: 'is not a known parameter',
        constructor: 'is not a known parameter',
      });
      const twice = await app.inject({ url: `${THINGS}&limit=1&limit=2` });
      expect(twice.json()).toMatchObject({ parameters: [{ name: 'limit', message: 'must be given once' }] });
    });

    it('of a route that takes none are named, not ignored', async () => {
      const { app } = await start();
      expect((await app.inject({ url: '/v1/bare' })).statusCode).toBe(200);
      expect((await app.inject({ url: '/v1/bare?color=red' })).json()).toMatchObject({
        status: 400,
        parameters: [{ name: 'color', message: 'is not a known parameter' }],
      });
    });

    it('of a body are named too', async () => {
      const { app } = await start();
      const reply = await app.inject({ method: 'POST', url: '/v1/things', payload: { name: 1, other: 2 } });
      expect(reply.json()).toMatchObject({ status: 400, code: 'invalid-body' });
      expect(
        reply
          .json<{ parameters: { name: string }[] }>()
          .parameters.map(({ name }) => name)
          .sort(),
      ).toEqual(['name', 'other']);
    });
  });

  describe('problems', () => {
    it.each([
      ['GET', '/nowhere', 404, 'not-found'],
      ['GET', '/v1/things', 405, 'method-not-allowed'],
      ['DELETE', '/v1/accounts/1/things', 405, 'method-not-allowed'],
      ['GET', '/v1/%zz', 400, 'malformed-request'],
      ['GET', `/v1/accounts/${'1'.repeat(300)}/things`, 414, 'uri-too-long'],
    ] as const)('%s %s is %i %s', async (method, url, status, code) => {
      const { app } = await start();
      const reply = await app.inject({ method, url });
      expect(reply.json()).toMatchObject({ status, code });
      expect([reply.statusCode, reply.headers['content-type']]).toEqual([status, 'application/problem+json']);
    });

    it('name the methods that a path has', async () => {
      const { app } = await start();
      expect((await app.inject({ url: '/v1/things' })).headers.allow).toBe('POST');
    });

    it('of bodies have their own codes', async () => {
      const { app } = await start();
      const post = async (payload: string) =>
        (
          await app.inject({
            method: 'POST',
            url: '/v1/things',
            headers: { 'content-type': 'application/json' },
            payload,
          })
        ).json<{ code: string }>().code;
      expect(await post('{"name":')).toBe('malformed-json');
      expect(await post('')).toBe('malformed-json');
      expect(await post(`{"name":"${'x'.repeat(1_000)}"}`)).toBe('body-too-large');
    });

    it('carry further members and Retry-After, but never replace the standard ones', async () => {
      const { app } = await start();
      const reply = await app.inject({ url: '/v1/busy' });
      expect(reply.headers['retry-after']).toBe('7');
      expect(reply.json()).toMatchObject({
        status: 503,
        code: 'store-unavailable',
        detail: 'The disk is full.',
        hint: 'later',
      });
    });

    it('nobody foresaw are 500 and keep their text from client and personal data from the log', async () => {
      const { app } = await start();
      const reply = await app.inject({ url: '/v1/broken?who=jo@example.com' });
      expect(reply.json()).toMatchObject({ status: 500, code: 'internal-error' });
      expect(reply.body).not.toContain('broke');
      expect(lines.join('')).toContain('broke');
      expect(lines.join('')).not.toMatch(/agent-1-42|jo@example/);
    });
  });

  it('logs the route pattern of a request, never its address or key', async () => {
    const { key: token, id } = await key(['read']);
    const { app } = await start({ apiKeysFile: keysFile });
    await app.inject({ url: `${THINGS}&agentId=424242`, headers: bearer(token) });
    const line = lines.find((text) => text.includes('"msg":"request"')) ?? '';
    expect(JSON.parse(line)).toMatchObject({
      route: '/v1/accounts/:accountId/things',
      status: 200,
      keyId: id,
      method: 'GET',
    });
    expect(lines.join('')).not.toMatch(/424242|ash_/);
  });

  it.each([
    ['slow', 200],
    ['failing', 503],
  ])('keeps no connection of a request that it answers while it stops: %s', async (route, status) => {
    const { app, close } = await start();
    const begun = once(app.get(SampleController).requests, 'begun');
    const answer = app.inject({ url: `/v1/${route}` });
    await begun;
    await close();
    const { statusCode, headers } = await answer;
    expect([statusCode, headers.connection]).toEqual([status, 'close']);
  });

  it('measures requests by route pattern', async () => {
    const { app } = await start();
    await app.inject({ url: THINGS });
    const text = (await app.inject({ url: '/metrics' })).body;
    expect(text).toContain(
      'http_request_duration_seconds_count{app="sample",method="GET",route="/v1/accounts/:accountId/things",status="200"} 1',
    );
    expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
  });

  it('is ready when every check holds', async () => {
    const { app } = await start();
    expect((await app.inject({ url: '/health/ready' })).json()).toEqual({ status: 'ready', checks: [] });
    await app.inject({ url: '/v1/unready' });
    const reply = await app.inject({ url: '/health/ready' });
    expect(reply.json()).toMatchObject({
      status: 503,
      checks: [{ name: 'sample', ok: false, detail: 'still reading' }],
    });
  });

  it('serves its OpenAPI document and the page for it, from the package', async () => {
    const { app } = await start();
    const document = (await app.inject({ url: '/docs-json' })).json<{
      openapi: string;
      paths: Record<string, { get: { parameters: unknown[] } }>;
    }>();
    expect(document.openapi).toBe('3.1.0');
    const parameters = document.paths['/v1/accounts/{accountId}/things']?.get.parameters;
    expect(parameters).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'from', in: 'query', required: true }),
        expect.objectContaining({ name: 'limit', in: 'query', required: false }),
        expect.objectContaining({
          name: 'agentId',
          in: 'query',
          required: false,
          schema: { type: 'array', items: { type: 'string', pattern: '^\\d{1,20}$' } },
        }),
      ]),
    );
    expect((await app.inject({ url: '/docs' })).body).toContain('swagger-ui');
    expect((await app.inject({ url: '/docs/swagger-ui.css' })).statusCode).toBe(200);
  });
});

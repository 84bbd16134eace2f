import { Body, Controller, Get, Inject, Module, Param, Post, Query } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import {
  createApp,
  createKey,
  CurrentPrincipal,
  HealthChecks,
  ProblemError,
  Public,
  RequireScope,
  revokeKey,
  SHUTDOWN_SIGNAL,
  StartupError,
  TakesNoQuery,
  zId,
  zInstant,
  zLimit,
  ZodPipe,
  zodQuery,
  zRepeated,
  type Accounts,
  type CreatedApp,
  type Principal,
  type Scope,
} from '../index.js';

const query = z.strictObject({
  from: zInstant,
  limit: zLimit,
  agentId: zRepeated(zId),
});
const body = z.strictObject({ name: z.string() });

@Controller('v1')
class SampleController {
  readonly requests = new EventEmitter();

  constructor(
    private readonly checks: HealthChecks,
    @Inject(SHUTDOWN_SIGNAL) private readonly stopping: AbortSignal,
  ) {}

  @Get('open')
  @Public()
  open(): unknown {
    return { stopping: this.stopping.aborted };
  }

  @Get('forgotten')
  forgotten(): unknown {
    return {};
  }

  @Get('accounts/:accountId/things')
  @RequireScope('read')
  @zodQuery(query)
  things(
    @Param('accountId') accountId: string,
    @Query(new ZodPipe(query)) asked: z.output<typeof query>,
    @CurrentPrincipal() principal: Principal,
  ): unknown {
    return { accountId, asked, keyId: principal.keyId };
  }

  @Post('things')
  @RequireScope('ingest')
  create(@Body(new ZodPipe(body, 'invalid-body')) given: z.output<typeof body>): unknown {
    return given;
  }

  @Get('busy')
  @Public()
  busy(): never {
    throw new ProblemError('store-unavailable', 'The disk is full.', {
      retryAfterSeconds: 7,
      extra: { hint: 'later', status: 1 },
    });
  }

  @Get('broken')
  @Public()
  broken(): never {
    throw new Error('agent-1-42 of jo@example.com broke');
  }

  @Get('slow')
  @Public()
  async slow(): Promise<unknown> {
    this.requests.emit('begun');
    if (!this.stopping.aborted) await once(this.stopping, 'abort');
    return {};
  }

  @Get('failing')
  @Public()
  async failing(): Promise<never> {
    await this.slow();
    throw new ProblemError('unavailable');
  }

  @Get('bare')
  @Public()
  @TakesNoQuery()
  bare(): unknown {
    return {};
  }

  @Get('unready')
  @Public()
  unready(): unknown {
    this.checks.register('sample', () => ({ ok: false, detail: 'still reading' }));
    return {};
  }
}

@Module({ controllers: [SampleController] })
class SampleModule {}

const THINGS = '/v1/accounts/1/things?from=2026-03-02T09:00:00Z';

describe('an app of the platform', () => {
  let directory: string;
  let keysFile: string;
  let created: CreatedApp | null = null;
  const lines: string[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'platform-'));
    keysFile = join(directory, 'keys.json');
  });
  afterEach(async () => {
    await created?.close();
    created = null;
    lines.length = 0;
    await rm(keysFile, { force: true });
  });
  afterAll(() => rm(directory, { recursive: true }));

  const start = async (config: { host?: string; apiKeysFile?: string | null } = {}): Promise<CreatedApp> => {
    created = await createApp(SampleModule, {
      name: 'sample',
      config: { host: '127.0.0.1', port: 0, apiKeysFile: null, logLevel: 'info', ...config },
      bodyLimit: 1_000,
      openApi: { title: 'Sample', description: 'For the specs', version: '1' },
      logDestination: { write: (line) => void lines.push(line) },
    });
    return created;
  };
  const key = async (scopes: Scope[], accounts: Accounts = '*'): Promise<{ key: string; id: string }> => {
    const tools = { now: () => 0, randomBytes };
    const made = await createKey(keysFile, { name: 'test', scopes, accounts }, tools);
    return { key: made.key, id: made.record.id };
  };
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

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

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from './run-cli.js';

interface Heard {
  readonly line: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

describe('the cli', () => {
  let directory: string;
  let server: Server;
  let url: string;
  let answer: { status: number; body: unknown };
  let heard: Heard[];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cli-'));
    heard = [];
    server = createServer((request, reply) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const { method = '', url: path = '', headers } = request;
        heard.push({ line: `${method} ${path}`, authorization: headers.authorization, body });
        reply
          .writeHead(answer.status, { 'content-type': 'application/json' })
          .end(JSON.stringify(answer.body));
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.close();
    await rm(directory, { recursive: true });
  });

  const run = async (words: readonly string[], env: Record<string, string> = {}) => {
    let out = '';
    let err = '';
    const code = await runCli(words, {
      env: { API_KEYS_FILE: join(directory, 'keys.json'), ASH_INGEST_URL: url, ...env },
      out: (text) => void (out += text),
      err: (text) => void (err += text),
      now: () => Date.UTC(2026, 2, 2),
      randomBytes,
    });
    return { code, out, err };
  };
  const create = () =>
    run(['keys', 'create', '--scopes', 'ingest,read', '--accounts', '1,2', '--name', 'app']);

  describe('keys', () => {
    it('prints a new key alone and once: no list shows it again', async () => {
      const { code, out } = await create();
      expect(code).toBe(0);
      expect(out).toMatch(/^ash_[0-9a-f]{12}_[A-Za-z0-9_-]{43}\n$/);
      const listed = await run(['keys', 'list', '--json']);
      expect(listed.out).not.toContain(out.trim().slice(-43));
      expect(JSON.parse(listed.out)).toEqual({
        keys: [
          expect.objectContaining({
            name: 'app',
            scopes: ['ingest', 'read'],
            accounts: ['1', '2'],
            revokedAt: null,
          }),
        ],
      });
      expect(listed.out).not.toContain('hash');
    });

    it('revokes, and says so in the list', async () => {
      const id = (await create()).out.slice(4, 16);
      expect(await run(['keys', 'revoke', id])).toMatchObject({ code: 0, out: `${id} is revoked\n` });
      expect((await run(['keys', 'revoke', id])).out).toContain('already');
      expect((await run(['keys', 'list'])).out).toMatch(
        new RegExp(`${id}  ingest,read  1,2 +2026-03-02T\\S+  2026-03-02T`),
      );
    });

    it.each([
      [['keys', 'create', '--scopes', 'write', '--accounts', '*'], 2],
      [['keys', 'create', '--scopes', 'read', '--accounts', 'acme'], 2],
      [['keys', 'create', '--accounts', '*'], 2],
      [['keys', 'list'], 1],
      [['keys', 'revoke', 'ffffffffffff'], 1],
      [['keys', 'burn'], 2],
      [['--help'], 0],
    ] as const)('%j ends with %i', async (words, code) => {
      expect((await run(words)).code).toBe(code);
    });

    it('asks for the file when nothing names it', async () => {
      const { code, err } = await run(['keys', 'list'], { API_KEYS_FILE: '' });
      expect([code, err]).toEqual([2, 'error: which key file? Give --file or set API_KEYS_FILE\n']);
    });
  });

  describe('quarantine', () => {
    it('lists as a table that no payload can deface, and names the next page', async () => {
      const item = {
        id: 'q1',
        receivedAt: '2026-03-02T00:00:00.000Z',
        code: 'no-time',
        accountId: null,
        detail: '\u001b[2Jx',
      };
      answer = { status: 200, body: { items: [item], nextCursor: 'abc' } };
      const { code, out, err } = await run(['quarantine', 'list', '--limit', '1'], { ASH_API_KEY: 'k' });
      expect(code).toBe(0);
      expect(out).toBe(
        'ID  RECEIVED                  CODE     ACCOUNT  DETAIL\nq1  2026-03-02T00:00:00.000Z  no-time  -        \uFFFD[2Jx\n',
      );
      expect(err).toBe('more: --cursor abc\n');
      expect(heard).toEqual([{ line: 'GET /v1/quarantine?limit=1', authorization: 'Bearer k', body: '' }]);
    });

    it('shows one item', async () => {
      answer = { status: 200, body: { id: 'a/b' } };
      expect((await run(['quarantine', 'show', 'a/b', '--json'])).out).toBe('{"id":"a/b"}\n');
      expect(heard[0]).toMatchObject({ line: 'GET /v1/quarantine/a%2Fb', authorization: undefined });
    });

    it('retries: done is 0, still not understood is 1', async () => {
      answer = { status: 201, body: { outcome: 'appended' } };
      expect(await run(['quarantine', 'retry', 'q1'])).toMatchObject({ code: 0, out: 'q1: appended\n' });
      answer = { status: 422, body: { outcome: 'quarantined', code: 'no-time', detail: 'no updated_at' } };
      expect(await run(['quarantine', 'retry', 'q1'])).toMatchObject({
        code: 1,
        err: 'error: q1 stays in quarantine: no-time, no updated_at\n',
      });
      expect(heard[0]?.line).toBe('POST /v1/quarantine/q1/retry');
    });

    it('says a problem in one line', async () => {
      answer = {
        status: 404,
        body: { code: 'quarantine-item-not-found', detail: 'No such quarantined item.' },
      };
      expect(await run(['quarantine', 'show', 'q9'])).toMatchObject({
        code: 1,
        err: 'error: No such quarantined item. (quarantine-item-not-found)\n',
      });
    });

    it('asks whether the service runs when nothing answers', async () => {
      const { code, err } = await run(['quarantine', 'list', '--url', 'http://127.0.0.1:1']);
      expect([code, err.split('\n').length]).toEqual([1, 2]);
      expect(err).toContain('is the service running?');
    });

    it('tells another service apart', async () => {
      answer = { status: 200, body: ['hello'] };
      expect((await run(['quarantine', 'list'])).err).toContain('is --url right?');
    });
  });

  it('skip records position and reason on the ingest app', async () => {
    answer = { status: 201, body: { position: '9' } };
    expect((await run(['skip', '--position', '9', '--reason', 'damaged'])).code).toBe(0);
    expect(heard).toEqual([
      {
        line: 'POST /v1/skipped-events',
        authorization: undefined,
        body: '{"position":"9","reason":"damaged"}',
      },
    ]);
    expect((await run(['skip', '--position', 'x', '--reason', 'damaged'])).code).toBe(2);
    expect((await run(['skip', '--position', '9'])).code).toBe(2);
    expect(heard).toHaveLength(1);
  });
});

// The life of a quarantined payload, on either engine: kept whole, listed, shown, retried, counted, within a quota, without
// secrets.
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { makeIngest, NOW_MS, type IngestOptions, type TestIngest } from '../testing/make-ingest.js';
import { quarantineEngines } from '../testing/quarantine-engines.js';
import { ndjson, sampleUpdate } from '../testing/sample-updates.js';

interface Item {
  readonly id: string;
  readonly code: string;
  readonly detail: string;
  readonly accountId: string | null;
  readonly seen: number;
  readonly raw: string;
  readonly rawEncoding: string;
  readonly eventId: string | null;
  readonly resolvedAt: string | null;
}
interface List {
  readonly items: Item[];
  readonly nextCursor: string | null;
}

const engines = await quarantineEngines();
afterAll(() => Promise.all(engines.map((engine) => engine.stop())));

describe.each(engines)('in $name', (engine) => {
  let ingest: TestIngest;
  let place: IngestOptions;
  const restart = async (options: IngestOptions): Promise<void> => {
    await ingest.destroy();
    place = engine.newPlace();
    ingest = await makeIngest({ ...place, ...options });
  };
  beforeEach(async () => {
    place = engine.newPlace();
    ingest = await makeIngest(place);
  });
  afterEach(() => ingest.destroy());

  const get = async <T>(url: string): Promise<T> => (await ingest.inject({ url })).json<T>();
  const retry = (id: string) => ingest.inject({ method: 'POST', url: `/v1/quarantine/${id}/retry` });
  const eventsOfAgents = async () =>
    (await ingest.parts.store.readAll({ after: null, limit: 10 })).events.filter(({ stream }) =>
      stream.startsWith('agent-'),
    );

  describe('the list', () => {
    it('holds what was refused, newest first, with code, account and times, without bytes', async () => {
      await ingest.post({ event: 'other', account_id: '12' });
      await ingest.post('nope');
      const { items, nextCursor } = await get<List>('/v1/quarantine');
      expect(nextCursor).toBeNull();
      expect(items).toEqual([
        {
          id: '2',
          code: 'not-json',
          detail: expect.any(String),
          accountId: null,
          via: 'http',
          kafka: null,
          receivedAt: '2026-03-02T12:00:00.000Z',
          lastSeenAt: '2026-03-02T12:00:00.000Z',
          seen: 1,
          bytes: 4,
          totalBytes: 4,
          truncated: false,
          resolvedAt: null,
          eventId: null,
        },
        expect.objectContaining({ id: '1', code: 'other-event', accountId: '12' }),
      ]);
    });

    it('is filtered by code and account, and paged without skipping or repeating while more arrive', async () => {
      await ingest.post(Array.from({ length: 7 }, (_, n) => ({ event: 'other', n })));
      await ingest.post(Array.from({ length: 3 }, (_, n) => ({ event: 'other', account_id: 12, n })));
      await ingest.post('nope');
      expect((await get<List>('/v1/quarantine?code=not-json')).items).toHaveLength(1);
      expect((await get<List>('/v1/quarantine?accountId=12')).items).toHaveLength(3);
      const ids: string[] = [];
      let url = '/v1/quarantine?code=other-event&limit=4';
      for (;;) {
        const { items, nextCursor } = await get<List>(url);
        ids.push(...items.map(({ id }) => id));
        if (nextCursor === null) break;
        await ingest.post({ event: 'later', n: ids.length });
        url = `/v1/quarantine?limit=4&cursor=${nextCursor}`;
      }
      expect(ids).toEqual(['10', '9', '8', '7', '6', '5', '4', '3', '2', '1']);
    });

    it.each(['?limit=0', '?code=nope', '?cursor=x', '?unknown=1', '?accountId=a'])(
      '%s is 400',
      async (query) => {
        const reply = await ingest.inject({ url: `/v1/quarantine${query}` });
        expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([400, 'invalid-parameters']);
      },
    );

    it('a cursor with another filter than its own is 400', async () => {
      await ingest.post([{ event: 'a' }, { event: 'b' }]);
      const { nextCursor } = await get<List>('/v1/quarantine?limit=1');
      const reply = await ingest.inject({ url: `/v1/quarantine?code=not-json&cursor=${nextCursor ?? ''}` });
      expect(reply.statusCode).toBe(400);
    });
  });

  describe('one item', () => {
    it('is shown with its bytes as they came: text, or base64 where it is none', async () => {
      await ingest.post('{ "event" : "other" }');
      await ingest.post(Buffer.from([0x22, 0xe9, 0x22]));
      expect(await get<Item>('/v1/quarantine/1')).toMatchObject({
        rawEncoding: 'utf8',
        raw: '{ "event" : "other" }',
      });
      expect(await get<Item>('/v1/quarantine/2')).toMatchObject({ rawEncoding: 'base64', raw: 'Iuki' });
    });

    it('that is not there is 404, an id that is none 400', async () => {
      expect((await ingest.inject({ url: '/v1/quarantine/7' })).statusCode).toBe(404);
      expect((await ingest.inject({ url: '/v1/quarantine/x' })).statusCode).toBe(400);
      expect((await retry('7')).statusCode).toBe(404);
    });

    it('posted again and again takes one place and counts up', async () => {
      for (let n = 0; n < 5; n++) await ingest.post('nope');
      await ingest.post('[nope]');
      const { items } = await get<List>('/v1/quarantine');
      expect(items.map(({ seen }) => seen)).toEqual([1, 5]);
      expect(await ingest.metric('ingest_quarantined_total')).toBe(6);
      expect(await ingest.metric('ingest_quarantine_items')).toBe(2);
    });

    it('is still there after the app has been stopped and started', async () => {
      await ingest.post('nope');
      await ingest.close();
      const { folder } = ingest;
      ingest = await makeIngest({ ...place, folder });
      expect(await get<Item>('/v1/quarantine/1')).toMatchObject({ raw: 'nope', seen: 1 });
      expect(await ingest.metric('ingest_quarantine_bytes')).toBe(4);
    });
  });

  describe('a retry', () => {
    /** As if an older decoder had not understood a payload that today's understands. */
    const keep = async (payload: unknown): Promise<void> => {
      const bytes = Buffer.from(JSON.stringify(payload));
      const accountId = '682861';
      await ingest.parts.quarantine.keep([
        [
          {
            refusal: {
              code: 'other-event',
              detail: 'then',
              accountId,
              bytes,
              totalBytes: bytes.length,
              form: 'payload',
            },
            reception: { receivedAt: NOW_MS - 86_400_000, via: 'http' },
          },
        ],
      ]);
    };

    it('appends what is understood now, as received then, and resolves the item with the event', async () => {
      await keep(sampleUpdate({ minutesAgo: 3_000 }));
      const reply = await retry('1');
      expect([reply.statusCode, reply.json<Item>()]).toMatchObject([
        200,
        { outcome: 'appended', position: expect.any(String) },
      ]);
      const appended = await eventsOfAgents();
      expect(appended).toMatchObject([{ metadata: { receivedAt: NOW_MS - 86_400_000, via: 'http' } }]);
      const item = await get<Item>('/v1/quarantine/1');
      expect(item).toMatchObject({ eventId: appended[0]?.id, resolvedAt: '2026-03-02T12:00:00.000Z' });
      expect((await get<List>('/v1/quarantine')).items).toEqual([]);
      expect((await get<List>('/v1/quarantine?state=resolved')).items).toHaveLength(1);
      expect(await ingest.metric('ingest_quarantine_items')).toBe(0);
    });

    it('of what is in the log already resolves the item too, and twice adds nothing', async () => {
      await keep(sampleUpdate());
      const [first] = (await ingest.post(sampleUpdate())).json<{ results: { position: string }[] }>().results;
      for (let n = 0; n < 2; n++) {
        const reply = await retry('1');
        expect([reply.statusCode, reply.json<Item>()]).toMatchObject([
          200,
          { outcome: 'duplicate', position: first?.position },
        ]);
      }
      expect(await eventsOfAgents()).toHaveLength(1);
    });

    it('of what is still refused is 422 and leaves the item as it was', async () => {
      await ingest.post({ event: 'other' });
      const reply = await retry('1');
      expect([reply.statusCode, reply.json<Item>()]).toMatchObject([
        422,
        { code: 'other-event', quarantineId: '1' },
      ]);
      expect((await get<List>('/v1/quarantine')).items).toMatchObject([{ id: '1', seen: 1 }]);
    });
  });

  describe('the quota', () => {
    it('full: 503 with Retry-After and nothing acknowledged, while good payloads and known bad ones still pass', async () => {
      await restart({ limits: { quarantineItems: 2 } });
      await ingest.post('bad 1');
      await ingest.post('bad 2');
      const full = await ingest.post('bad 3');
      expect([full.statusCode, full.json<{ code: string }>().code]).toEqual([503, 'quarantine-full']);
      expect(full.headers['retry-after']).toBe('60');
      expect((await ingest.post('bad 1')).statusCode).toBe(422);
      expect((await ingest.post(sampleUpdate())).statusCode).toBe(201);
      expect((await ingest.inject({ url: '/health/ready' })).statusCode).toBe(503);
      expect(await ingest.metric('ingest_received_total')).toBe(5);
      expect(await ingest.metric('ingest_unacknowledged_total')).toBe(1);
    });

    it('counts bytes, and a batch that would pass it is not acknowledged in part', async () => {
      await restart({ limits: { quarantineBytes: 40 } });
      const reply = await ingest.post([{ event: 'a' }, { event: 'b' }, { event: 'c' }, { event: 'd' }]);
      expect(reply.statusCode).toBe(503);
      expect(ingest.parts.quarantine.totals()).toEqual({ items: 0, bytes: 0 });
      expect((await ingest.post([{ event: 'a' }, { event: 'b' }])).statusCode).toBe(200);
    });

    it('that cannot be written at all is 503, not a lost payload', async () => {
      await ingest.parts.quarantine.close();
      const reply = await ingest.post('nope');
      expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([503, 'unavailable']);
    });
  });

  describe('secrets', () => {
    it('of the installation are in no file and no log line, however they were sent', async () => {
      const secret = 'tok-5ecret';
      const hush = { iparams: { api_key: secret }, app_settings: { token: secret } };
      const good = { ...sampleUpdate(), ...hush };
      const bare = { ...(sampleUpdate().data as object), ...hush };
      const bad = { ...hush, event: 'other', email: 'mira.rao@example.com' };
      const large = { ...good, filler: 'x'.repeat(300_000) };
      for (const body of [good, bare, bad, large, [good, bad, 1], [bad]]) await ingest.post(body);
      await ingest.post(`${JSON.stringify(good).slice(0, -1)} oops`);
      await ingest.post(`[${JSON.stringify(bad)}, oops`);
      await ingest.post(JSON.stringify(bad).replace('iparams', String.raw`\u0069params`));
      await ingest.post(gzipSync(ndjson([good, bad])), {
        'content-type': 'application/x-ndjson',
        'content-encoding': 'gzip',
      });
      expect(await ingest.metric('ingest_quarantined_total')).toBeGreaterThan(6);
      for (let id = 1; id <= ingest.parts.quarantine.totals().items; id++) await retry(String(id));
      await ingest.close();
      expect(await readdir(ingest.folder)).not.toEqual([]);
      const stored = await engine.stored(ingest);
      expect(stored.includes('other-event')).toBe(true);
      expect(stored.includes(secret)).toBe(false);
      expect(ingest.log()).not.toContain(secret);
      expect(ingest.log()).not.toContain('mira.rao');
      expect(ingest.log()).not.toContain('682861');
    });

    const SECRET = 'tok-5ecret';
    const text = `{"event":"other","iparams":{"apiKey":"${SECRET}"}}`;
    it.each<readonly [string, string | Buffer]>([
      ['a stray quote before them', text.replace('"other"', 'x"')],
      ['a brace too many before them', `}${text}`],
      ['a guard before the JSON', `)]}',\n${text}`],
      ['a letter before an array', `x[${text}]`],
      ['names in single quotes', text.replaceAll('"', "'")],
      ['names without quotes', text.replaceAll('"', '')],
      ['an escaped name in broken JSON', `}${text.replace('iparams', String.raw`\u0069p\u0061rams`)}`],
      ['JSON in a JSON string', JSON.stringify(text)],
      ['JSON in a string in a string', JSON.stringify(JSON.stringify(text))],
      ['broken JSON in a JSON string', JSON.stringify(`}${text}`)],
      ['a string in an array', JSON.stringify([text])],
      ['a wrapper around the payload', `{"payload":${text}}`],
      ['a payload as text in a wrapper', JSON.stringify({ body: text })],
      ['a form with the payload as its name', JSON.stringify({ [text]: '' })],
      ['app_settings for iparams', `}${text.replace('iparams', 'app_settings')}`],
      ['UTF-16 with a byte order mark', Buffer.from(`\ufeff${text}`, 'utf16le')],
      ['UTF-16 without one', Buffer.from(text, 'utf16le').swap16()],
      ['a byte that is no UTF-8', Buffer.from(text.replace('other', 'oth\xe9r'), 'latin1')],
    ])('stay out of the quarantine, however the body is broken: %s', async (_name, body) => {
      expect((await ingest.post(body)).json<{ quarantined: number }>().quarantined).toBe(1);
      const line = { 'content-type': 'application/x-ndjson' };
      await ingest.post(Buffer.concat([Buffer.from(body), Buffer.from('\n')]), line);
      await ingest.close();
      const stored = (await engine.stored(ingest)).toString('latin1');
      expect(stored.replaceAll('\0', '').includes(SECRET)).toBe(false);
    });

    it('that may lie in bytes which are no text: only their length and SHA-256 are kept', async () => {
      const packed = gzipSync(text);
      await ingest.post(packed);
      const item = await get<Item>('/v1/quarantine/1');
      expect(item).toMatchObject({ raw: '', bytes: 0, totalBytes: packed.length, truncated: true });
      expect(item.detail).toContain(createHash('sha256').update(packed).digest('hex'));
    });

    it('take the rest of a broken body with them: it is marked as cut, and a retry makes no event of what is left', async () => {
      await ingest.post(`${JSON.stringify(sampleUpdate())}\niparams=hush`);
      expect(await get<Item>('/v1/quarantine/1')).toMatchObject({
        raw: `${JSON.stringify(sampleUpdate())}\n`,
        truncated: true,
        detail: expect.stringContaining('not kept'),
      });
      const reply = await retry('1');
      expect([reply.statusCode, reply.json<Item>()]).toMatchObject([422, { code: 'not-json' }]);
      expect(await eventsOfAgents()).toEqual([]);
    });
  });

  describe('a query parameter that nobody knows', () => {
    it.each([
      ['GET', '/v1/quarantine/1'],
      ['POST', '/v1/quarantine/1/retry'],
      ['POST', '/v1/agent-updates'],
      ['POST', '/v1/skipped-events'],
    ] as const)('of %s %s is named in a 400, not ignored', async (method, url) => {
      await ingest.post('nope');
      const body = method === 'POST' ? { payload: { position: '1', reason: 'x' } } : {};
      const reply = await ingest.inject({ method, url: `${url}?dryRun=true`, ...body });
      expect(reply.json()).toMatchObject({
        status: 400,
        code: 'invalid-parameters',
        parameters: [{ name: 'dryRun', message: 'is not a known parameter' }],
      });
      expect(ingest.parts.quarantine.totals().items).toBe(1);
    });
  });
});

// One payload and batches over HTTP: statuses, order, duplicates, limits.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { makeIngest, type TestIngest } from '../testing/make-ingest.js';
import { ndjson, sampleUpdate, sampleUpdates } from '../testing/sample-updates.js';

interface Result {
  readonly outcome: string;
  readonly eventId: string | null;
  readonly position: string | null;
  readonly revision: number | null;
  readonly agentId: string | null;
  readonly code: string | null;
  readonly quarantineId: string | null;
}
interface Reply {
  readonly results: Result[];
  readonly appended: number;
  readonly duplicates: number;
  readonly quarantined: number;
}

let ingest: TestIngest;
beforeEach(async () => {
  ingest = await makeIngest();
});
afterEach(() => ingest.destroy());

describe('one payload', () => {
  it('is appended once, and told as a duplicate with its first position ever after', async () => {
    const first = await ingest.post(sampleUpdate());
    expect(first.statusCode).toBe(201);
    expect(first.json()).toEqual({
      results: [
        {
          outcome: 'appended',
          eventId: expect.stringMatching(/^[0-9a-f-]{36}$/),
          accountId: '682861',
          agentId: '787096',
          revision: 0,
          position: '1',
          code: null,
          detail: null,
          quarantineId: null,
        },
      ],
      appended: 1,
      duplicates: 0,
      quarantined: 0,
    });
    await ingest.post(sampleUpdate({ minutesAgo: 30 }));
    const again = await ingest.post(sampleUpdate());
    expect(again.statusCode).toBe(200);
    expect(again.json<Reply>().results[0]).toMatchObject({
      outcome: 'duplicate',
      revision: 0,
      position: '1',
    });
    expect((await ingest.parts.store.readAll({ after: null, limit: 10 })).events).toHaveLength(2);
  });

  it('is stored with its fingerprint, when and how it came, and the greatest time of its stream', async () => {
    await ingest.post(sampleUpdate({ minutesAgo: 10 }));
    await ingest.post(sampleUpdate({ minutesAgo: 50 }));
    const { events } = await ingest.parts.store.readAll({ after: null, limit: 10 });
    const [newer, late] = events;
    expect(newer).toMatchObject({ stream: 'agent-682861-787096', type: 'AgentUpdated', revision: 0 });
    expect(late).toMatchObject({ stream: 'agent-682861-787096', revision: 1 });
    const receivedAt = Date.parse('2026-03-02T12:00:00Z');
    const maxAt = receivedAt - 600_000;
    const metadata = { fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/), receivedAt, via: 'http', maxAt };
    expect(newer?.metadata).toEqual(metadata);
    expect(late?.metadata).toEqual(metadata);
  });

  it('that is not understood is kept in quarantine and answered 422', async () => {
    const reply = await ingest.post({ event: 'onTicketUpdate' });
    expect(reply.statusCode).toBe(422);
    expect(reply.json<Reply>()).toMatchObject({
      results: [{ outcome: 'quarantined', code: 'other-event', quarantineId: '1', eventId: null }],
      quarantined: 1,
    });
  });

  it.each([
    ['no JSON at all', Buffer.from('{"data":')],
    ['an empty body', Buffer.alloc(0)],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['an array with an item that is no JSON', Buffer.from('[{}, nope]')],
    ['an array that does not end', Buffer.from('[{},{}')],
    ['an array with a comma too many', Buffer.from('[{},]')],
    ['an array with something after it', Buffer.from('[{}] x')],
    ['an array with a byte order mark inside', Buffer.from('[\ufeff{}]')],
  ])('%s is one payload in quarantine: not-json', async (_name, body) => {
    const reply = await ingest.post(body);
    expect(reply.statusCode).toBe(422);
    expect(reply.json<Reply>().results).toMatchObject([{ outcome: 'quarantined', code: 'not-json' }]);
  });

  it('over 262,144 bytes is too-large, at that size it is not', async () => {
    const padded = (size: number): string => {
      const text = JSON.stringify({ ...sampleUpdate(), filler: '' });
      return text.replace('"filler":""', `"filler":"${'x'.repeat(size - text.length)}"`);
    };
    expect((await ingest.post(padded(262_144))).statusCode).toBe(201);
    const over = await ingest.post(padded(262_145));
    expect(over.statusCode).toBe(422);
    expect(over.json<Reply>().results[0]).toMatchObject({ code: 'too-large' });
  });
});

describe('a batch', () => {
  it('is answered 200 in the order of its items, which is their order in the log', async () => {
    const updates = sampleUpdates(1_200, 7);
    const reply = await ingest.post(updates);
    expect(reply.statusCode).toBe(200);
    const { results, ...counts } = reply.json<Reply>();
    expect(counts).toEqual({ appended: 1_200, duplicates: 0, quarantined: 0 });
    expect(results.map(({ position }) => Number(position))).toEqual(updates.map((_, index) => index + 1));
    expect(results.map(({ agentId }) => agentId)).toEqual(
      updates.map((_, index) => String(1_000 + (index % 7))),
    );
    expect(results.slice(0, 14).map(({ revision }) => revision)).toEqual([
      0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1,
    ]);
  });

  it('with the same payload twice appends it once', async () => {
    const reply = await ingest.post([sampleUpdate(), sampleUpdate({ agentId: 2 }), sampleUpdate()]);
    expect(reply.json<Reply>()).toMatchObject({
      results: [
        { outcome: 'appended', position: '1' },
        { outcome: 'appended', position: '2' },
        { outcome: 'duplicate', position: '1', revision: 0 },
      ],
      appended: 2,
      duplicates: 1,
    });
  });

  it('of old and new alternating keeps the order of the new', async () => {
    const updates = sampleUpdates(200, 2);
    await ingest.post(updates.filter((_, index) => index % 3 === 0));
    const { results } = (await ingest.post(updates)).json<Reply>();
    expect(results.map(({ outcome }) => outcome)).toEqual(
      updates.map((_, index) => (index % 3 === 0 ? 'duplicate' : 'appended')),
    );
    const fresh = results
      .filter(({ outcome }) => outcome === 'appended')
      .map(({ position }) => Number(position));
    expect(fresh).toEqual(fresh.toSorted((a, b) => a - b));
  });

  it('holds the good although others are refused', async () => {
    const reply = await ingest.post([sampleUpdate(), 7, null, 'x', [], {}, sampleUpdate({ minutesAgo: 1 })]);
    expect(reply.statusCode).toBe(200);
    const { results, ...counts } = reply.json<Reply>();
    expect(results.map(({ outcome }) => outcome)).toEqual([
      'appended',
      ...Array.from({ length: 5 }, () => 'quarantined'),
      'appended',
    ]);
    expect(counts).toEqual({ appended: 2, duplicates: 0, quarantined: 5 });
  });

  it('of one, and of none, is still a batch', async () => {
    expect((await ingest.post([sampleUpdate()])).statusCode).toBe(200);
    const empty = await ingest.post(' [ ] ');
    expect([empty.statusCode, empty.json()]).toEqual([
      200,
      { results: [], appended: 0, duplicates: 0, quarantined: 0 },
    ]);
  });
});

describe('requests at once', () => {
  it('for one agent give every event one revision and every duplicate its first position', async () => {
    const updates = sampleUpdates(60, 1);
    const replies = await Promise.all([...updates, ...updates].map((update) => ingest.post(update)));
    const results = replies.map((reply) => reply.json<Reply>().results[0]!);
    expect(results.filter(({ outcome }) => outcome === 'appended')).toHaveLength(60);
    const places = new Set(
      results.map(({ eventId, position }) => `${String(eventId)} at ${String(position)}`),
    );
    expect(places.size).toBe(60);
    const stream = await ingest.parts.store.readStream('agent-682861-1000', { limit: 1_000 });
    expect(stream.map(({ revision }) => revision)).toEqual(updates.map((_, index) => index));
  });
});

describe('bodies', () => {
  it('gzipped ones are taken', async () => {
    const headers = { 'content-encoding': 'gzip' };
    expect((await ingest.post(gzipSync(JSON.stringify(sampleUpdate())), headers)).statusCode).toBe(201);
  });

  it('damaged and cut gzip is 400', async () => {
    const packed = gzipSync(JSON.stringify(sampleUpdates(100)));
    const headers = { 'content-encoding': 'gzip' };
    for (const body of [packed.subarray(0, packed.length - 20), Buffer.from('no gzip at all')]) {
      const reply = await ingest.post(body, headers);
      expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([400, 'malformed-request']);
    }
  });

  it('a small body that inflates beyond the limit is 413', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024, 0x20));
    const reply = await ingest.post(bomb, { 'content-encoding': 'gzip' });
    expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([413, 'body-too-large']);
  });

  it('over the limit of JSON is 413, and so are too many items', async () => {
    expect((await ingest.post(Buffer.alloc(10 * 1024 * 1024 + 1, 0x20))).statusCode).toBe(413);
    expect((await ingest.post(`[${'1,'.repeat(100_000)}1]`)).statusCode).toBe(413);
    expect(await ingest.metric('ingest_received_total')).toBe(0);
  });

  it.each([
    ['text/plain', undefined],
    ['application/xml', undefined],
    ['application/json', 'br'],
  ])('%s, encoding %s, is 415', async (type, encoding) => {
    const headers = {
      'content-type': type,
      ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
    };
    expect((await ingest.post('{}', headers)).statusCode).toBe(415);
  });

  it('without a content type is 415', async () => {
    const reply = await ingest.inject({ method: 'POST', url: '/v1/agent-updates' });
    expect(reply.statusCode).toBe(415);
  });
});

describe('hostile JSON', () => {
  it.each([
    [
      'prototype keys',
      '{"__proto__":{"x":1},"constructor":{"prototype":{}},"data":{"agent":{"__proto__":{"id":1}}}}',
    ],
    ['nesting of a million levels', `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`],
    ['deep objects', `${'{"data":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['a string of 5 MB', `{"data":{"agent":{"name":"${'x'.repeat(5_000_000)}"}}}`],
    ['NUL', '{"data":{"agent":{"id":"\\u0000","account_id":1}}}'],
    ['lone surrogates', JSON.stringify(sampleUpdate()).replace('Mira', '\\ud800')],
  ])('%s: kept in quarantine, and the next payload is fine', async (_name, body) => {
    expect((await ingest.post(body)).json<Reply>().quarantined).toBeGreaterThan(0);
    expect((await ingest.post(sampleUpdate())).statusCode).toBe(201);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });
});

describe('what is counted', () => {
  it('adds up: received = appended + duplicate + quarantined', async () => {
    await ingest.post([...sampleUpdates(20), ...sampleUpdates(10), {}, 1]);
    await ingest.post('nope');
    await ingest.post(ndjson(sampleUpdates(30)), { 'content-type': 'application/x-ndjson' });
    expect(await ingest.metric('ingest_received_total')).toBe(63);
    expect(await ingest.metric('ingest_appended_total')).toBe(30);
    expect(await ingest.metric('ingest_duplicate_total')).toBe(30);
    expect(await ingest.metric('ingest_quarantined_total')).toBe(3);
    expect(await ingest.metric('ingest_quarantine_items')).toBe(3);
    expect(await ingest.metric('ingest_in_flight_requests')).toBe(0);
    expect(await ingest.metric('ingest_in_flight_bytes')).toBe(0);
  });
});

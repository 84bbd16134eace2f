// When the store fails or too much comes at once: refused with Retry-After, nothing acknowledged, nothing lost.
import { afterEach, describe, expect, it } from '@jest/globals';
import { EventStoreError, type EventStore } from '@libs/event-store';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { IngestParts } from '../ingest.module.js';
import { DecoderError } from '../record-agent-update/payload-decoder.js';
import { makeIngest, type TestIngest } from '../testing/make-ingest.js';
import { ndjson, sampleUpdate, sampleUpdates } from '../testing/sample-updates.js';

let ingest: TestIngest;
afterEach(() => ingest.destroy());

/** The real store, which can be cut off, and can fail after it has appended. */
function faulty(parts: IngestParts, fault: { now: 'none' | 'before' | 'after' }): IngestParts {
  const fail = (): never => {
    throw new EventStoreError('store-unavailable', 'disk full');
  };
  const store: EventStore = {
    ...parts.store,
    append: async (items) => {
      if (fault.now === 'before') fail();
      const results = await parts.store.append(items);
      return fault.now === 'after' ? fail() : results;
    },
  };
  return { ...parts, store };
}

describe('the store down', () => {
  it.each(['before', 'after'] as const)(
    '(failing %s it appends): 503, then all is well by itself',
    async (when) => {
      const fault: { now: 'none' | 'before' | 'after' } = { now: 'none' };
      ingest = await makeIngest({ wrap: (parts) => faulty(parts, fault) });
      const updates = sampleUpdates(40, 3);
      await ingest.post(updates.slice(0, 10));
      fault.now = when;
      const refused = await ingest.post(updates.slice(10));
      expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([503, 'store-unavailable']);
      expect(refused.headers['retry-after']).toBe('2');
      expect((await ingest.inject({ url: '/health/ready' })).statusCode).toBe(503);
      const stream = await ingest.post(ndjson(updates.slice(10)), { 'content-type': 'application/x-ndjson' });
      expect(stream.statusCode).toBe(503);
      fault.now = 'none';
      const { appended, duplicates } = (await ingest.post(updates)).json<{
        appended: number;
        duplicates: number;
      }>();
      expect([appended, duplicates]).toEqual(when === 'before' ? [30, 10] : [0, 40]);
      expect(await ingest.parts.store.head()).toBe(40n);
      expect((await ingest.inject({ url: '/health/ready' })).statusCode).toBe(200);
      expect(await ingest.metric('ingest_received_total')).toBe(10 + 30 + 30 + 40);
      expect(await ingest.metric('ingest_unacknowledged_total')).toBe(60);
    },
  );
});

describe('too much at once', () => {
  it('more bytes than may be in flight are 429, and room is made again', async () => {
    ingest = await makeIngest({ limits: { maxBytesInFlight: 2_000 } });
    const refused = await ingest.post(sampleUpdates(20));
    expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([429, 'too-many-requests']);
    expect(refused.headers['retry-after']).toBe('1');
    expect((await ingest.post(sampleUpdate())).statusCode).toBe(201);
    expect(await ingest.metric('ingest_turned_away_total')).toBe(1);
    expect(await ingest.metric('ingest_in_flight_bytes')).toBe(0);
  });

  it('more NDJSON requests than may run are 429', async () => {
    ingest = await makeIngest({ limits: { maxStreams: 1 } });
    const body = new PassThrough();
    const headers = { 'content-type': 'application/x-ndjson' };
    const first = ingest.inject({ method: 'POST', url: '/v1/agent-updates', headers, payload: body });
    body.write(ndjson([sampleUpdate()]));
    while ((await ingest.parts.store.head()) === null) await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await ingest.post(ndjson([sampleUpdate()]), headers)).statusCode).toBe(429);
    expect((await ingest.post(sampleUpdate())).statusCode).toBe(200);
    body.end();
    expect((await first).statusCode).toBe(200);
    expect((await ingest.post(ndjson([sampleUpdate()]), headers)).statusCode).toBe(200);
  });
});

describe('the decoder down', () => {
  it('a thread that dies while it decodes: 503 with Retry-After, not 500, and nothing acknowledged', async () => {
    ingest = await makeIngest({
      wrap: (parts) => ({
        ...parts,
        decoder: { ...parts.decoder, decode: () => Promise.reject(new DecoderError(new Error('exit 3'))) },
      }),
    });
    for (const type of ['application/json', 'application/x-ndjson']) {
      const reply = await ingest.post(sampleUpdate(), { 'content-type': type });
      expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([503, 'unavailable']);
      expect(reply.headers['retry-after']).toBe('2');
    }
    expect(await ingest.parts.store.head()).toBeNull();
    expect(ingest.log()).toContain('exit 3');
  });
});

describe('a small array of very many refused items', () => {
  it('blocks nobody: the event loop turns before any more of them are decoded or written', async () => {
    let turns = 0;
    const turn = (): void => {
      turns += 1;
      immediate = setImmediate(turn);
    };
    let immediate = setImmediate(turn);
    const before = { decode: [] as number[], keep: [] as number[] };
    ingest = await makeIngest({
      wrap: (parts) => {
        const { quarantine, decoder } = parts;
        const keep = quarantine.keep.bind(quarantine);
        quarantine.keep = (groups) => {
          before.keep.push(turns);
          return keep(groups);
        };
        const decode: typeof decoder.decode = (payloads, receivedAt) => {
          before.decode.push(turns);
          return decoder.decode(payloads, receivedAt);
        };
        return { ...parts, decoder: { ...decoder, decode } };
      },
    });
    const reply = await ingest.post(JSON.stringify(Array.from({ length: 9_500 }, (_, index) => index)));
    clearImmediate(immediate);
    expect(reply.json()).toMatchObject({ appended: 0, quarantined: 9_500 });
    for (const seen of [before.decode, before.keep]) {
      expect(seen.length).toBeGreaterThanOrEqual(10);
      expect(new Set(seen).size).toBe(seen.length);
    }
  });
});

describe('stopping', () => {
  it('answers what is in flight, then leaves an empty write-ahead log', async () => {
    ingest = await makeIngest();
    const updates = sampleUpdates(3_000);
    await ingest.app.listen(0, '127.0.0.1');
    const posting = fetch(`${await ingest.app.getUrl()}/v1/agent-updates`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(updates),
    });
    while ((await ingest.parts.store.head()) === null) await new Promise((resolve) => setTimeout(resolve, 2));
    const closing = ingest.close();
    const answer = (await (await posting).json()) as { appended: number };
    expect(answer.appended).toBe(3_000);
    await closing;
    const wal = join(ingest.folder, 'events.db-wal');
    expect(existsSync(wal) ? statSync(wal).size : 0).toBe(0);
    const { folder } = ingest;
    ingest = await makeIngest({ folder });
    expect((await ingest.post(updates)).json<{ duplicates: number }>().duplicates).toBe(3_000);
  });
});

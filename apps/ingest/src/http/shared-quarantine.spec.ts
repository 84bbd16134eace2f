// Two ingest apps on one KurrentDB: what one keeps the other shows, retries and counts; with the server away nothing is
// acknowledged, nothing skipped, and nothing lost. On the protocol double, which can be switched off.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { openKurrentDbEventStore } from '@libs/event-store/kurrentdb';
import {
  startKurrentDbDouble,
  type KurrentDbDouble,
} from '../../../../libs/event-store/src/testing/kurrentdb-double/kurrentdb-double.js';
import { consumeBatch } from '../kafka/consume-batch.js';
import { UpdateRecorder } from '../record-agent-update/update-recorder.js';
import { makeIngest, NOW_MS, type TestIngest } from '../testing/make-ingest.js';
import { ndjson, sampleUpdate } from '../testing/sample-updates.js';

interface List {
  readonly items: { readonly id: string; readonly seen: number; readonly eventId: string | null }[];
}

let double: KurrentDbDouble;
let one: TestIngest;
let other: TestIngest;
beforeEach(async () => {
  double = await startKurrentDbDouble();
  // Without a prefix: the streams have the names they have in earnest.
  const kurrentDb = { connectionString: double.connectionString, prefix: '', attempts: 1 };
  [one, other] = [await makeIngest({ kurrentDb }), await makeIngest({ kurrentDb })];
});
afterEach(async () => {
  await Promise.all([one.destroy(), other.destroy()]);
  await double.stop();
});

const list = async (ingest: TestIngest, query = ''): Promise<List['items']> =>
  (await ingest.inject({ url: `/v1/quarantine${query}` })).json<List>().items;
const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const codeOf = (reply: { readonly statusCode: number; json<T>(): T }) => [
  reply.statusCode,
  reply.json<{ code: string }>().code,
];

describe('two ingest apps', () => {
  it('show each other 3 MB kept by one of them whole, of a line and of a body', async () => {
    const line = `"${randomBytes(1_500_000).toString('hex')}"`;
    await one.post(`${line}\n`, { 'content-type': 'application/x-ndjson' });
    await other.post(`${line} `);
    for (const ingest of [one, other]) {
      const ids = (await list(ingest)).map(({ id }) => id);
      const shown = await Promise.all(ids.map((id) => ingest.inject({ url: `/v1/quarantine/${id}` })));
      const digests = shown.map((reply) => digestOf(reply.json<{ raw: string }>().raw));
      expect(digests).toEqual([digestOf(`${line} `), digestOf(line)]);
    }
  });

  it('resolve for each other what one of them retries', async () => {
    const bytes = Buffer.from(JSON.stringify(sampleUpdate()));
    const refused = { code: 'other-event', detail: 'then', accountId: '682861' } as const;
    const [kept] = await one.parts.quarantine.keep([
      [
        {
          refusal: { ...refused, bytes, totalBytes: bytes.length, form: 'payload' },
          reception: { receivedAt: NOW_MS, via: 'http' },
        },
      ],
    ]);
    const [id = ''] = kept !== undefined && 'ids' in kept ? kept.ids : [];
    const retry = () => other.inject({ method: 'POST', url: `/v1/quarantine/${id}/retry` });
    expect((await retry()).json()).toMatchObject({ outcome: 'appended' });
    expect((await retry()).json()).toMatchObject({ outcome: 'duplicate' });
    expect(await list(one)).toEqual([]);
    expect(await list(one, '?state=resolved')).toMatchObject([{ id, eventId: expect.any(String) }]);
    expect(await one.metric('ingest_quarantine_items')).toBe(0);
  });

  it('page through what both of them keep', async () => {
    for (let n = 0; n < 6; n++) await (n % 2 === 0 ? one : other).post(`bad ${n}`);
    const first = await one.inject({ url: '/v1/quarantine?limit=4' });
    const { items, nextCursor } = first.json<List & { nextCursor: string }>();
    const rest = await list(other, `?cursor=${nextCursor}`);
    expect([...items, ...rest].map(({ id }) => id)).toEqual(['6', '5', '4', '3', '2', '1']);
  });
});

describe('what is in quarantine', () => {
  it('is no event of an agent: whoever follows the log sees none of it', async () => {
    await one.post(sampleUpdate());
    await one.post('nope');
    await one.post(`"${'x'.repeat(1_200_000)}"`);
    const follower = openKurrentDbEventStore({ connectionString: double.connectionString });
    const { events, atHead } = await follower.readAll({ after: null, limit: 100 });
    expect(events.map(({ type }) => type)).toEqual(['AgentUpdated']);
    expect([atHead, await follower.head()]).toEqual([true, events[0]?.position]);
    await follower.close();
  });
});

describe('with the server away', () => {
  it('bad payloads are answered 503, and taken in once it is back; the list says 503, too', async () => {
    await one.post('bad 1');
    await double.stop();
    const reply = await one.post('bad 2');
    expect(codeOf(reply)).toEqual([503, 'store-unavailable']);
    expect(reply.headers['retry-after']).toBe('2');
    const lines = await one.post(ndjson([{ event: 'other' }]), { 'content-type': 'application/x-ndjson' });
    expect(lines.body).not.toContain('"quarantined":1');
    expect(codeOf(await one.inject({ url: '/v1/quarantine' }))).toEqual([503, 'store-unavailable']);
    expect(codeOf(await one.inject({ url: '/v1/quarantine/1' }))).toEqual([503, 'store-unavailable']);
    expect((await one.inject({ url: '/health/ready' })).statusCode).toBe(503);

    await double.start();
    expect((await one.post('bad 2')).statusCode).toBe(422);
    expect(await list(other)).toMatchObject([{ seen: 1 }, { seen: 1 }]);
    const metrics = ['received', 'quarantined', 'unacknowledged'].map((name) =>
      one.metric(`ingest_${name}_total`),
    );
    expect(await Promise.all(metrics)).toEqual([4, 2, 2]);
  });

  it('a Kafka partition waits at its bad message and goes on by itself', async () => {
    await double.stop();
    const steps: string[] = [];
    const recorder = one.app.get(UpdateRecorder);
    const { decoder, limits, now } = one.parts;
    const values = [JSON.stringify(sampleUpdate()), 'bad', JSON.stringify(sampleUpdate({ minutesAgo: 5 }))];
    const messages = values.map((value, index) => ({
      ...{ key: null, timestamp: '0', attributes: 0, headers: {}, offset: String(index) },
      value: Buffer.from(value),
    }));
    const done = consumeBatch(
      {
        batch: { topic: 'agent-updates', partition: 0, messages },
        resolveOffset: (offset) => void steps.push(`resolved ${offset}`),
        heartbeat: () => Promise.resolve(),
        commitOffsetsIfNecessary: () => Promise.resolve(),
        isRunning: () => true,
        isStale: () => false,
      },
      {
        ...{ limits, now, inTurn: <T>(work: () => Promise<T>) => work() },
        decode: decoder.decode.bind(decoder),
        record: recorder.record.bind(recorder),
        watch: {
          resolved: () => undefined,
          mayTry: () => true,
          waiting: (_partition: number, reason: string | null) => {
            if (reason !== null) steps.push(reason);
          },
        },
      },
      new AbortController().signal,
    );
    while (steps.length < 2) await new Promise((turn) => setTimeout(turn, 5));
    expect(new Set(steps)).toEqual(new Set(['store-unavailable']));
    await double.start();
    await done;
    expect(steps.filter((step) => step !== 'store-unavailable')).toEqual(['resolved 2']);
    expect(await list(other)).toMatchObject([{ kafka: { offset: '1' }, seen: 1 }]);
  });
});

// NDJSON over a real connection: streamed both ways, durable before it is answered, slowed by a slow reader.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface, type Interface } from 'node:readline';
import { gzipSync } from 'node:zlib';
import { makeIngest, type IngestOptions, type TestIngest } from '../testing/make-ingest.js';
import { ndjson, sampleUpdate, sampleUpdates } from '../testing/sample-updates.js';

type Line = Record<string, unknown>;

let ingest: TestIngest;
const start = async (options: IngestOptions = {}): Promise<void> => {
  ingest = await makeIngest(options);
  await ingest.app.listen(0, '127.0.0.1');
};
beforeEach(() => start());
afterEach(() => ingest.destroy());

function open(headers: Record<string, string> = {}): ClientRequest {
  const { port } = ingest.app.getHttpServer().address() as AddressInfo;
  return request({
    host: '127.0.0.1',
    port,
    method: 'POST',
    path: '/v1/agent-updates',
    headers: { 'content-type': 'application/x-ndjson', ...headers },
  });
}

async function responseOf(sent: ClientRequest): Promise<IncomingMessage> {
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return response;
}

async function send(
  body: string | Buffer,
  headers?: Record<string, string>,
): Promise<{ status: number; lines: Line[] }> {
  const sent = open(headers);
  sent.end(body);
  const response = await responseOf(sent);
  let text = '';
  for await (const piece of response as AsyncIterable<Buffer>) text += piece.toString();
  const lines = text.split('\n').filter((line) => line !== '');
  return { status: response.statusCode ?? 0, lines: lines.map((line) => JSON.parse(line) as Line) };
}

/** The next line of an answer that is still being written. */
function lineReader(response: IncomingMessage): { next: () => Promise<Line>; lines: Interface } {
  const lines = createInterface({ input: response });
  const iterator = lines[Symbol.asyncIterator]();
  const next = async (): Promise<Line> => JSON.parse((await iterator.next()).value!) as Line;
  return { next, lines };
}

describe('NDJSON', () => {
  it('is answered a line each, in order, and the counts last', async () => {
    const updates = sampleUpdates(1_700, 9);
    const { status, lines } = await send(ndjson([...updates, ...updates.slice(0, 3), { event: 'x' }]));
    expect(status).toBe(200);
    expect(lines).toHaveLength(1_705);
    expect(lines.slice(0, 1_700).map(({ position }) => position)).toEqual(
      updates.map((_, index) => String(index + 1)),
    );
    expect(lines.slice(1_700, 1_703).map(({ outcome }) => outcome)).toEqual([
      'duplicate',
      'duplicate',
      'duplicate',
    ]);
    expect(lines.at(-2)).toMatchObject({ outcome: 'quarantined', code: 'other-event' });
    expect(lines.at(-1)).toEqual({ appended: 1_700, duplicates: 3, quarantined: 1, rejected: 0 });
  });

  it('takes gzip, blank lines, CRLF and a last line without an end', async () => {
    const one = JSON.stringify(sampleUpdate());
    const two = JSON.stringify(sampleUpdate({ agentId: 2 }));
    const { lines } = await send(gzipSync(`\n\r\n${one}\r\n   \n\n${two}`), { 'content-encoding': 'gzip' });
    expect(lines.map(({ outcome }) => outcome)).toEqual(['appended', 'appended', undefined]);
  });

  it('with a byte order mark before its first line is taken, as the same bytes are as JSON', async () => {
    const { lines } = await send(`\ufeff${ndjson([sampleUpdate(), sampleUpdate({ agentId: 2 })])}`);
    expect(lines.map(({ outcome }) => outcome)).toEqual(['appended', 'appended', undefined]);
  });

  it('of nothing is the counts alone', async () => {
    expect((await send('')).lines).toEqual([{ appended: 0, duplicates: 0, quarantined: 0, rejected: 0 }]);
  });

  it('answers what it has while the body is still being sent, and it is in the log by then', async () => {
    const sent = open();
    sent.write(ndjson([sampleUpdate()]));
    const { next } = lineReader(await responseOf(sent));
    expect(await next()).toMatchObject({ outcome: 'appended', position: '1' });
    expect(await ingest.parts.store.head()).toBe(1n);
    sent.write(`${JSON.stringify(sampleUpdate({ agentId: 2 }))}\nnope`);
    expect(await next()).toMatchObject({ outcome: 'appended', position: '2' });
    sent.end('\n');
    expect(await next()).toMatchObject({ outcome: 'quarantined', code: 'not-json' });
    expect(await next()).toEqual({ appended: 2, duplicates: 0, quarantined: 1, rejected: 0 });
  });

  it('keeps a huge line whole up to the bound, cut off beyond it, and goes on behind it', async () => {
    await ingest.destroy();
    await start({ limits: { maxLineBytes: 400_000 } });
    const large = JSON.stringify({ ...sampleUpdate(), filler: 'x'.repeat(300_000) });
    const huge = JSON.stringify({
      iparams: { key: 'hush' },
      ...sampleUpdate(),
      filler: 'x'.repeat(3_000_000),
    });
    const { lines } = await send(`${large}\n${huge}\n${JSON.stringify(sampleUpdate())}\n`);
    expect(lines.map(({ outcome, code }) => code ?? outcome)).toEqual([
      'too-large',
      'too-large',
      'appended',
      undefined,
    ]);
    const [cutOff, whole] = await ingest.parts.quarantine.list({
      accounts: '*',
      code: null,
      state: 'all',
      before: null,
      limit: 9,
    });
    expect(whole).toMatchObject({
      bytes: large.length,
      totalBytes: large.length,
      isTruncated: false,
      accountId: '682861',
    });
    expect(cutOff).toMatchObject({ totalBytes: huge.length, isTruncated: true });
    expect(cutOff?.bytes).toBeLessThan(400_000);
    expect((await ingest.parts.quarantine.get(cutOff!.id))?.raw.includes('hush')).toBe(false);
  });

  it('a body that breaks off makes no event of its last, unfinished line', async () => {
    const sent = open();
    sent.on('error', () => undefined);
    sent.write(`${ndjson([sampleUpdate()])}{"half":`);
    const response = await responseOf(sent);
    response.on('error', () => undefined);
    const { next } = lineReader(response);
    expect(await next()).toMatchObject({ outcome: 'appended' });
    sent.destroy();
    await until(async () => (await ingest.metric('ingest_in_flight_requests')) === 0);
    expect(await ingest.metric('ingest_received_total')).toBe(1);
    expect(ingest.parts.quarantine.totals().items).toBe(0);
  });

  it('damaged gzip before the first answer is 400', async () => {
    const { status, lines } = await send('no gzip', { 'content-encoding': 'gzip' });
    expect([status, lines[0]?.code]).toEqual([400, 'malformed-request']);
  });

  it('a reader that does not read slows the reading of the body: what is taken in stays bounded', async () => {
    const body = '{}\n'.repeat(1_000);
    const sent = open();
    const pump = (async () => {
      for (let round = 0; round < 80; round++) if (!sent.write(body)) await once(sent, 'drain');
      sent.end();
    })();
    const response = await responseOf(sent);
    response.pause();
    let before = -1;
    // It has come to rest when nothing more is received for a while although the sender has not ended.
    await until(async () => {
      const now = await ingest.metric('ingest_received_total');
      const rests = now === before;
      before = now;
      return rests;
    }, 400);
    expect(before).toBeLessThan(80_000);
    let lines = 0;
    for await (const line of createInterface({ input: response })) if (line !== '') lines += 1;
    await pump;
    expect(lines).toBe(80_001);
  });
});

async function until(holds: () => Promise<boolean>, pauseMs = 20): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, pauseMs));
}

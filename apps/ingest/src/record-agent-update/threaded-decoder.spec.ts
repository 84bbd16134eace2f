// Decoding in another thread gives exactly what decoding here gives.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { NOW_MS } from '../testing/make-ingest.js';
import { sampleUpdates } from '../testing/sample-updates.js';
import { DecoderError, inlineDecoder, type PayloadDecoder } from './payload-decoder.js';
import type { DecodedPayload, Payload, PayloadForm } from './received-update.js';
import { openThreadedDecoder } from './threaded-decoder.js';

const HOOKS = new URL('../testing/typescript-hooks.mjs', import.meta.url).href;

let decoder: PayloadDecoder;
beforeAll(() => {
  decoder = openThreadedDecoder({
    worker: new URL('./decode-worker.ts', import.meta.url),
    execArgv: ['--experimental-transform-types', '--no-warnings', '--import', HOOKS],
  });
});
afterAll(() => decoder.close());

const payload = (text: string | Buffer, form: PayloadForm): Payload => {
  const bytes = Buffer.from(text);
  return { bytes, form, totalBytes: bytes.length };
};

function plain(decoded: readonly DecodedPayload[]): unknown[] {
  return decoded.map((one) => {
    if (one.kind === 'refused') return { ...one, bytes: one.bytes.toString('latin1') };
    return { ...one, data: one.data.text };
  });
}

describe('openThreadedDecoder', () => {
  it.each([
    ['dies', '() => process.exit(3)'],
    ['throws', '() => { throw new Error("out of memory") }'],
    ['never answers', '() => new Promise(() => setInterval(() => undefined, 1_000))'],
  ])('a thread that %s fails its chunk as one to be sent again', async (_how, task) => {
    const folder = await mkdtemp(join(tmpdir(), 'decoder-'));
    const worker = join(folder, 'worker.mjs');
    await writeFile(worker, `export default ${task};`);
    const broken = openThreadedDecoder({ worker: pathToFileURL(worker), limitMs: 1_000 });
    const chunk = [payload('x'.repeat(40_000), 'payload')];
    await expect(broken.decode(chunk, NOW_MS)).rejects.toThrow(DecoderError);
    await broken.close();
    await rm(folder, { recursive: true });
  });

  it.each(['payload', 'item'] as const)(
    'gives what the inline decoder gives, for every form: %s',
    async (form) => {
      const texts: (string | Buffer)[] = sampleUpdates(150).map((update) => JSON.stringify(update));
      texts.push(
        'nope',
        '{}',
        Buffer.from([0xff]),
        `{"pad":"${' '.repeat(300_000)}"}`,
        '{"event":"other","account_id":9}',
      );
      const payloads = texts.flatMap((text) => [payload(text, form), payload('"Zoë \u{1f600}"', form)]);
      payloads.push({ ...payload('{"cut":', form), totalBytes: 20_000_000 });
      const copies = payloads.map((one) => ({ ...one, bytes: Buffer.from(one.bytes) }));
      const threaded = await decoder.decode(payloads, NOW_MS);
      expect(threaded.some((one) => one.kind === 'understood' && typeof one.data.json !== 'string')).toBe(
        true,
      );
      expect(plain(threaded)).toEqual(plain(await inlineDecoder.decode(copies, NOW_MS)));
    },
  );
});

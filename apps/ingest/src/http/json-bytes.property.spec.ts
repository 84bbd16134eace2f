// What works on bytes agrees with what JSON.parse says, for any JSON.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PassThrough } from 'node:stream';
import { LineReader } from './line-reader.js';
import { splitJsonArray, startsWithArray } from './split-json-array.js';

const SEED = 20_260_302;
const value = fc.jsonValue({ maxDepth: 3 });
const spaced = fc.constantFrom(undefined, 1, 3);

describe('splitJsonArray', () => {
  it('gives exactly the items of any array, however it is written', () => {
    fc.assert(
      fc.property(fc.array(value), spaced, (items, space) => {
        const body = Buffer.from(` ${JSON.stringify(items, null, space)}\n`);
        expect(startsWithArray(body)).toBe(true);
        const found = [...splitJsonArray(body)].map((item) => JSON.parse(item.toString()) as unknown);
        expect(found).toEqual(JSON.parse(body.toString()));
      }),
      { seed: SEED },
    );
  });

  it('with one byte changed: items that all parse in a whole frame are the same as JSON.parse of the whole', () => {
    const noise = fc.constantFrom(...'[]{},":\\ x1'.split(''));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 4 }), fc.nat(), noise, (items, at, byte) => {
        const text = JSON.stringify(items);
        const index = 1 + (at % text.length);
        const changed = text.slice(0, index) + byte + text.slice(index + 1);
        expect(bySplitting(Buffer.from(changed))).toEqual(byParsing(changed));
      }),
      { seed: SEED, numRuns: 2_000 },
    );
  });
});

describe('LineReader', () => {
  it('gives the same lines however the bytes come in pieces', async () => {
    const line = fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.replaceAll('\n', ' '));
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.array(fc.nat({ max: 30 })), async (lines, cuts) => {
        const bytes = Buffer.from(lines.join('\n'));
        const source = new PassThrough();
        const reader = new LineReader(source, 1_000);
        let at = 0;
        for (const cut of cuts) {
          source.write(bytes.subarray(at, at + cut));
          at += cut;
        }
        source.end(bytes.subarray(at));
        const expected = lines.filter((text) => !/^[ \t\r]*$/.test(text));
        expect((await linesOf(reader)).map(({ bytes: found }) => found.toString())).toEqual(
          expected.map((text) => Buffer.from(text).toString()),
        );
      }),
      { seed: SEED },
    );
  });

  it('keeps so much of a long line, and says how long it was', async () => {
    const source = new PassThrough();
    const reader = new LineReader(source, 4);
    source.write('ab');
    source.write('cdefg');
    source.end('h\nxyz\n12345\n');
    const lines = (await linesOf(reader)).map(({ bytes, totalBytes }) => [bytes.toString(), totalBytes]);
    expect(lines).toEqual([
      ['abcd', 8],
      ['xyz', 3],
      ['1234', 5],
    ]);
  });
});

async function linesOf(
  reader: LineReader,
): Promise<{ readonly bytes: Buffer; readonly totalBytes: number }[]> {
  const lines = [];
  while (await reader.more()) {
    for (let line = reader.poll(); line !== null; line = reader.poll()) lines.push(line);
  }
  return lines;
}

function bySplitting(body: Buffer): unknown {
  if (!startsWithArray(body)) return 'no array';
  const found: unknown[] = [];
  const items = splitJsonArray(body);
  for (;;) {
    const item = items.next();
    if (item.done === true) return item.value ? found : 'not JSON';
    try {
      found.push(JSON.parse(item.value.toString()));
    } catch {
      return 'not JSON';
    }
  }
}

function byParsing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return 'not JSON';
  }
}

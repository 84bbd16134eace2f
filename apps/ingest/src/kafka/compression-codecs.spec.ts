import { describe, expect, it } from '@jest/globals';
import kafkajs, { type CompressionTypes } from 'kafkajs';
import { compressFrame } from 'lz4-napi';
import { promisify } from 'node:util';
import { zstdCompress } from 'node:zlib';
import { compress } from 'snappyjs';
import { registerCodecs } from './compression-codecs.js';

const TEXT = Buffer.from(JSON.stringify({ data: { agent: { id: 1, name: 'Mira Rao '.repeat(500) } } }));

/** As the client itself looks a codec up. */
const decompress = (type: CompressionTypes, bytes: Buffer): Promise<Buffer> => {
  registerCodecs();
  const codecs = kafkajs.CompressionCodecs as Record<
    number,
    () => { decompress(bytes: Buffer): Promise<Buffer> }
  >;
  return codecs[type]!().decompress(bytes);
};

function xerial(...blocks: Buffer[]): Buffer {
  const header = Buffer.from('82534e41505059000000000100000001', 'hex');
  const framed = blocks.flatMap((block) => {
    const packed = compress(block);
    const length = Buffer.alloc(4);
    length.writeInt32BE(packed.length);
    return [length, packed];
  });
  return Buffer.concat([header, ...framed]);
}

describe('the codecs of producers', () => {
  const { Snappy, LZ4, ZSTD } = kafkajs.CompressionTypes;

  it.each([
    ['snappy', Snappy, () => compress(TEXT)],
    ['snappy in blocks of the Java library', Snappy, () => xerial(TEXT.subarray(0, 100), TEXT.subarray(100))],
    ['lz4', LZ4, () => compressFrame(TEXT)],
    ['zstd', ZSTD, () => promisify(zstdCompress)(TEXT)],
  ])('read %s', async (_name, type, packed) => {
    expect((await decompress(type, await packed())).equals(TEXT)).toBe(true);
  });

  it.each([
    ['snappy', Snappy],
    ['lz4', LZ4],
    ['zstd', ZSTD],
  ])('refuse what is not %s', async (_name, type) => {
    await expect(
      (async () =>
        decompress(type, Buffer.from('82534e4150505900000000010000000100000004aaaaaaaa', 'hex')))(),
    ).rejects.toThrow();
  });
});

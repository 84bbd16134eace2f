// The codecs that producers may use and the client lacks (it brings gzip alone). This app only reads: nothing compresses.
import kafkajs from 'kafkajs';
import { decompressFrame } from 'lz4-napi';
import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import { decompressSnappy } from './snappy.js';

interface Codec {
  readonly compress: () => Promise<never>;
  readonly decompress: (bytes: Buffer) => Promise<Buffer>;
}

const unzstd = promisify(zstdDecompress);

/** The registry is the client's own and one a process: registering again changes nothing. */
export function registerCodecs(): void {
  const { CompressionCodecs: codecs, CompressionTypes: types } = kafkajs;
  codecs[types.Snappy] = codec((bytes) => Promise.resolve(decompressSnappy(bytes)));
  codecs[types.LZ4] = codec((bytes) => decompressFrame(bytes));
  codecs[types.ZSTD] = codec((bytes) => unzstd(bytes));
}

function codec(decompress: Codec['decompress']): () => Codec {
  return () => ({ compress: () => Promise.reject(new Error('this app only reads')), decompress });
}

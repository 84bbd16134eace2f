// Decodes chunks in threads of their own, so that the main thread only appends. Small ones are not worth the way.
import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import { BufferPool } from './buffer-pool.js';
import type { PackedDecoded, PackedPayloads } from './packed-payloads.js';
import { packPayloads, unpackDecoded } from './packed-payloads.js';
import { DecoderError, inlineDecoder, type PayloadDecoder } from './payload-decoder.js';

/** Below this, moving a chunk to another thread and back takes longer than decoding it. */
const WORTH_BYTES = 32 * 1024;
const MAX_THREADS = 2;
const IDLE_THREAD_MS = 30_000;
const CLOSE_MS = 1_000;
/** All that decoding leaves behind dies young; left alone, a thread lets hundreds of megabytes of it pile up. */
const YOUNG_GENERATION_MB = 24;
/** Far above what a chunk takes; a thread that could not start would never answer. */
const DECODE_LIMIT_MS = 30_000;

export interface ThreadedDecoderOptions {
  /** The worker's module, by default the built one beside this. */
  readonly worker?: URL;
  readonly execArgv?: string[];
  /** What a chunk may take; the thread is ended then. */
  readonly limitMs?: number;
}

/**
 * Threads start when first needed. A thread that dies or takes too long fails its chunk with a `DecoderError`, and the next
 * one gets a new thread.
 */
export function openThreadedDecoder(options: ThreadedDecoderOptions = {}): PayloadDecoder {
  const worker = options.worker ?? new URL('./decode-worker.js', import.meta.url);
  const pool = new Piscina<PackedPayloads, PackedDecoded>({
    filename: worker.href,
    minThreads: 0,
    maxThreads: Math.max(1, Math.min(MAX_THREADS, availableParallelism() - 1)),
    concurrentTasksPerWorker: 1,
    idleTimeout: IDLE_THREAD_MS,
    // Requests are bounded, and so are their chunks.
    maxQueue: Infinity,
    closeTimeout: CLOSE_MS,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    ...(options.execArgv === undefined ? {} : { execArgv: options.execArgv }),
  });
  const buffers = new BufferPool();
  // A chunk that fails is told so itself.
  pool.on('error', () => undefined);
  return {
    decode: async (payloads, receivedAt) => {
      const length = payloads.reduce((sum, { bytes }) => sum + bytes.length, 0);
      if (length < WORTH_BYTES) return inlineDecoder.decode(payloads, receivedAt);
      const packed = packPayloads(payloads, receivedAt, (bytes) => buffers.take(bytes));
      const { ends, totalBytes, form } = packed;
      const signal = AbortSignal.timeout(options.limitMs ?? DECODE_LIMIT_MS);
      const decoded = await pool
        .run(packed, { transferList: [packed.bytes.buffer], signal })
        .catch((error: unknown) => {
          throw new DecoderError(error);
        });
      // A refused payload is looked into until it is in quarantine.
      if (decoded.refusals.size === 0) buffers.giveBack(decoded.bytes.buffer);
      return unpackDecoded(decoded, { ends, totalBytes, form });
    },
    close: () => pool.close({ force: true }),
  };
}

// The bytes of quarantined items in the log, whole, in chunks that the server takes: a stream an item, named after its hash.
// A chunk is written onto the exact number of those before it, with an id that follows from what it holds; so whoever
// repeats an unfinished or an unanswered write completes it, also beside another process that writes the same. Nothing
// here says that an item is kept: the catalogue does, once its bytes are.
import { createHash } from 'node:crypto';
import { eventIdOf } from '@libs/domain';
import { EventStoreError, type AppendItem, type EventStore } from '@libs/event-store';
import { z } from 'zod';
import { CATALOGUE } from './catalogue-events.js';
import type { NewItem } from './quarantine-item.js';

/**
 * In base64 699,052 characters, well below the 1 MiB that the server takes at once. Never change it: what is kept was cut
 * at these places, and could neither be read nor completed.
 */
const CHUNK_BYTES = 512 * 1024;
/** Raw bytes of one call, so that their text and its copies stay bounded. */
const CALL_BYTES = 4 * 1024 * 1024;
const CHUNK_TYPE = 'BytesKept';

const zChunk = z.object({ type: z.literal(CHUNK_TYPE), data: z.object({ base64: z.base64() }) });

type Stored = Pick<NewItem, 'hash' | 'bytes'>;

export const bytesStream = (hash: Buffer): string => `${CATALOGUE}-${hash.toString('hex').slice(0, 32)}`;

/** Resolves when all bytes of all items are durable. Throws `EventStoreError`; then send them again. */
export async function writeBytes(
  store: Pick<EventStore, 'append'>,
  items: readonly NewItem[],
): Promise<void> {
  let call: AppendItem[] = [];
  let size = 0;
  for (const item of items) {
    for (let index = 0; index < chunksOf(item); index++) {
      const chunk = item.raw.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES);
      call.push(chunkOf(item.hash, index, chunk));
      size += chunk.length;
      if (size < CALL_BYTES) continue;
      await append(store, call);
      call = [];
      size = 0;
    }
  }
  if (call.length > 0) await append(store, call);
}

/** Throws `store-corrupt` unless they are there to the last one. */
export async function readBytes(store: Pick<EventStore, 'readStream'>, item: Stored): Promise<Buffer> {
  const limit = chunksOf(item);
  if (limit === 0) return Buffer.alloc(0);
  const stream = bytesStream(item.hash);
  const chunks = await store.readStream(stream, { limit });
  const raw = Buffer.concat(
    chunks.map((event) => {
      const chunk = zChunk.safeParse(event);
      if (!chunk.success) throw corrupt(stream, `event ${event.revision} is no chunk`);
      return Buffer.from(chunk.data.data.base64, 'base64');
    }),
  );
  if (raw.length !== item.bytes) throw corrupt(stream, `${raw.length} bytes are there of ${item.bytes}`);
  return raw;
}

const chunksOf = ({ bytes }: Pick<Stored, 'bytes'>): number => Math.ceil(bytes / CHUNK_BYTES);

function chunkOf(hash: Buffer, index: number, chunk: Buffer): AppendItem {
  const digest = createHash('sha256').update(hash).update(`\n${index}\n`).update(chunk).digest('hex');
  return {
    stream: bytesStream(hash),
    expectedRevision: index === 0 ? 'noStream' : index - 1,
    events: [
      { id: eventIdOf(digest), type: CHUNK_TYPE, data: { base64: chunk.toString('base64') }, metadata: {} },
    ],
  };
}

async function append(store: Pick<EventStore, 'append'>, chunks: readonly AppendItem[]): Promise<void> {
  const results = await store.append(chunks);
  const failed = results.findIndex(({ outcome }) => outcome === 'conflict');
  if (failed === -1) return;
  throw corrupt(chunks[failed]?.stream ?? '', 'it holds something else than these bytes');
}

function corrupt(stream: string, what: string): EventStoreError {
  return new EventStoreError('store-corrupt', `event store: the stream ${stream}: ${what}`);
}

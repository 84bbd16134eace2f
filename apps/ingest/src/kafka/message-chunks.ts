// A batch of messages in pieces that one commit can hold, in order.
import type { KafkaMessage } from 'kafkajs';
import type { IngestLimits } from '../ingest-limits.js';

type Bounds = Pick<IngestLimits, 'chunkUpdates' | 'chunkBytes'>;

/** Each holds at least one message, however large that is. */
export function* messageChunks(
  messages: readonly KafkaMessage[],
  { chunkUpdates, chunkBytes }: Bounds,
): Generator<readonly KafkaMessage[], void> {
  let from = 0;
  let bytes = 0;
  for (const [at, { value }] of messages.entries()) {
    const length = value?.length ?? 0;
    if (at > from && (at - from >= chunkUpdates || bytes + length > chunkBytes)) {
      yield messages.slice(from, at);
      from = at;
      bytes = 0;
    }
    bytes += length;
  }
  if (from < messages.length) yield messages.slice(from);
}

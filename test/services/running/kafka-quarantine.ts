// What a feed's poison must look like in quarantine, bytes and all, and what ingest shows of it over HTTP.
import { z } from 'zod';
import { ask, askAllPages } from '../../running/ask-projector.js';
import type { KafkaFeed } from './kafka-feed.js';

const zItem = z.object({
  id: z.string(),
  code: z.string(),
  kafka: z.object({ topic: z.string(), partition: z.int(), offset: z.string() }),
  totalBytes: z.int(),
  truncated: z.boolean(),
});
const zItemWithRaw = zItem.extend({ rawEncoding: z.enum(['utf8', 'base64']), raw: z.string() });

export interface KeptPoison {
  readonly code: string;
  readonly kafka: { readonly topic: string; readonly partition: number; readonly offset: string };
  /** Of the message as it lies in Kafka. */
  readonly totalBytes: number;
  readonly truncated: boolean;
  readonly base64: string;
}

const PARAMETERS = 'iparams';

/** In the order of partitions and offsets. What does not parse is kept up to the name of the installation's parameters. */
export function poisonIn({ messages }: KafkaFeed, topic: string): KeptPoison[] {
  const kept = messages.flatMap(({ partition, offset, value, meaning }): KeptPoison[] => {
    if (typeof meaning !== 'string') return [];
    const bytes = value ?? Buffer.alloc(0);
    const name = bytes.indexOf(PARAMETERS);
    const base64 = bytes.subarray(0, name === -1 ? bytes.length : name).toString('base64');
    const kafka = { topic, partition, offset };
    return [{ code: meaning, kafka, totalBytes: bytes.length, truncated: name !== -1, base64 }];
  });
  return inOrder(kept);
}

/** The same of what ingest has of a topic. */
export async function poisonKeptBy(ingest: string, topic: string): Promise<KeptPoison[]> {
  const { items } = await askAllPages(ingest, '/v1/quarantine', { limit: '1000' }, 'items');
  const own = z
    .array(z.unknown())
    .parse(items)
    .flatMap((item) => {
      const parsed = zItem.safeParse(item);
      return parsed.success && parsed.data.kafka.topic === topic ? [parsed.data.id] : [];
    });
  const kept: KeptPoison[] = [];
  for (const id of own) {
    const item = zItemWithRaw.parse(await ask(ingest, `/v1/quarantine/${id}`));
    const { code, kafka, totalBytes, truncated } = item;
    const base64 = Buffer.from(item.raw, item.rawEncoding).toString('base64');
    kept.push({ code, kafka, totalBytes, truncated, base64 });
  }
  return inOrder(kept);
}

function inOrder(kept: readonly KeptPoison[]): KeptPoison[] {
  return kept.toSorted(
    ({ kafka: one }, { kafka: other }) =>
      one.partition - other.partition || Number(one.offset) - Number(other.offset),
  );
}

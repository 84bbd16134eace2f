// What a feed must have led to, however it was consumed: every event once, in its agent's order, and all poison kept.
import type { DecodedUpdate } from '@libs/domain';
import type { RecordedEvent } from '@libs/event-store';
import { z } from 'zod';
import { askAllPages } from '../../running/ask-projector.js';
import type { KafkaFeed } from './kafka-feed.js';

const zItem = z.object({
  code: z.string(),
  kafka: z.object({ partition: z.int(), offset: z.string() }),
});

/** By event id, in the order in which each first lies in its partition. */
export function distinctUpdates({ messages }: KafkaFeed): Map<string, DecodedUpdate> {
  const updates = new Map<string, DecodedUpdate>();
  for (const { meaning } of messages) {
    if (typeof meaning !== 'string' && !updates.has(meaning.eventId)) updates.set(meaning.eventId, meaning);
  }
  return updates;
}

/** `partition/offset code` of each, sorted. */
export function poisonOf({ messages }: KafkaFeed): string[] {
  return messages
    .flatMap(({ partition, offset, meaning }) =>
      typeof meaning === 'string' ? [`${partition}/${offset} ${meaning}`] : [],
    )
    .sort();
}

/** The same of what ingest keeps. */
export async function quarantinedBy(ingest: string): Promise<string[]> {
  const { items } = await askAllPages(ingest, '/v1/quarantine', { limit: '1000' }, 'items');
  return z
    .array(zItem)
    .parse(items)
    .map(({ code, kafka: { partition, offset } }) => `${partition}/${offset} ${code}`)
    .sort();
}

/** Ids of the events of each agent, in the order of its stream. Throws where revisions have a hole. */
export function idsByStream(log: readonly RecordedEvent[]): Map<string, string[]> {
  const streams = new Map<string, string[]>();
  for (const { stream, revision, id } of log) {
    const ids = streams.get(stream) ?? [];
    if (revision !== ids.length) throw new Error(`revision ${revision} follows ${ids.length} events`);
    ids.push(id);
    streams.set(stream, ids);
  }
  return streams;
}

/** What the streams must hold, of agents whose order is known. */
export function orderedIds(feed: KafkaFeed): Map<string, string[]> {
  const streams = new Map<string, string[]>();
  for (const { stream, eventId, data } of distinctUpdates(feed).values()) {
    if (!feed.isOrdered(data.agentId)) continue;
    streams.set(stream, [...(streams.get(stream) ?? []), eventId]);
  }
  return streams;
}

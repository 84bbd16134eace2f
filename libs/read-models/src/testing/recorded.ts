// Decoded updates as the event store would give them back: one position each, in the order given.
import { AGENT_UPDATED, type DecodedUpdate } from '@libs/domain';
import type { ProjectionBatch } from '@libs/projection';

type RecordedEvent = ProjectionBatch['events'][number];

/** The first position is 1; events are recorded a second apart. */
export function recorded(updates: readonly DecodedUpdate[]): RecordedEvent[] {
  const revisions = new Map<string, number>();
  const maxAts = new Map<string, number>();
  return updates.map(({ stream, eventId, fingerprint, data }, index) => {
    const revision = (revisions.get(stream) ?? -1) + 1;
    const maxAt = Math.max(maxAts.get(stream) ?? -Infinity, data.at);
    revisions.set(stream, revision);
    maxAts.set(stream, maxAt);
    const recordedAt = 1_800_000_000_000 + index * 1000;
    const metadata = { fingerprint, receivedAt: recordedAt, via: 'http', maxAt };
    const position = BigInt(index + 1);
    const throughStore = JSON.parse(JSON.stringify(data)) as unknown;
    return {
      stream,
      revision,
      position,
      id: eventId,
      type: AGENT_UPDATED,
      data: throughStore,
      metadata,
      recordedAt,
    };
  });
}

/** The events in batches that end after the given indices. */
export function inBatches(events: readonly RecordedEvent[], ends: readonly number[]): ProjectionBatch[] {
  const bounds = [...new Set([...ends.filter((end) => end > 0 && end < events.length), events.length])];
  bounds.sort((x, y) => x - y);
  let from = 0;
  return bounds.map((to) => {
    const batch = events.slice(from, to);
    const expected = from === 0 ? null : BigInt(from);
    from = to;
    return { events: batch, expected, next: BigInt(to) };
  });
}

// The log against the pure fold: what was sent must stand there, each agent's timeline as the domain folds it from the bytes.
import {
  decodeAgentUpdateText,
  extractEvidence,
  foldTimeline,
  type AgentUpdatedData,
  type DecodedUpdate,
} from '@libs/domain';
import { openSqliteEventStore } from '@libs/event-store/sqlite';
import { deepStrictEqual } from 'node:assert/strict';

const SAMPLE = 10;
const MOST_EVENTS = 1_000_000;

/**
 * `sent`: payloads, all of them acknowledged, each agent's in the order of sending unless they came over several
 * connections. Throws where the log differs.
 */
export async function checkLog(
  file: string,
  sent: readonly Buffer[],
  receivedAt: number,
  order: 'as sent' | 'in any order' = 'as sent',
): Promise<void> {
  const inOrder = (ids: readonly string[]): readonly string[] => (order === 'as sent' ? ids : ids.toSorted());
  const byStream = new Map<string, DecodedUpdate[]>();
  for (const bytes of sent) {
    const decoded = decodeAgentUpdateText(bytes, receivedAt);
    if (!decoded.ok) throw new Error(`a payload was refused: ${decoded.code}`);
    const own = byStream.get(decoded.update.stream);
    if (own === undefined) byStream.set(decoded.update.stream, [decoded.update]);
    else own.push(decoded.update);
  }
  const store = openSqliteEventStore({ file, now: Date.now, readOnly: true });
  try {
    for (const [stream, updates] of everyFewth([...byStream], SAMPLE)) {
      const events = await store.readStream(stream, { limit: MOST_EVENTS });
      deepStrictEqual(
        inOrder(events.map(({ id }) => id)),
        inOrder(updates.map(({ eventId }) => eventId)),
        `the events of ${stream}`,
      );
      const kept = events.map(({ id, data, metadata }): DecodedUpdate => {
        const { fingerprint } = metadata as { readonly fingerprint: string };
        return { stream, eventId: id, fingerprint, data: data as AgentUpdatedData };
      });
      deepStrictEqual(fold(kept), fold(updates), `the timeline of ${stream}`);
    }
  } finally {
    await store.close();
  }
}

const fold = (updates: readonly DecodedUpdate[]) =>
  foldTimeline(updates.map(({ eventId, fingerprint, data }) => extractEvidence(eventId, fingerprint, data)));

function everyFewth<T>(all: readonly T[], count: number): T[] {
  const step = Math.max(1, Math.floor(all.length / count));
  return all.filter((_, index) => index % step === 0).slice(0, count);
}

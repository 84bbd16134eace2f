// What the product makes of a simulated feed: every payload decoded as it arrives, every agent folded.
import {
  decodeAgentUpdate,
  extractEvidence,
  foldTimeline,
  type DecodedUpdate,
  type QuarantineCode,
  type Timeline,
} from '@libs/domain';
import { payloadsOf, simulateFeed, type FeedTally, type SimulationOptions } from '../index.js';

export interface FoldedFeed {
  readonly tally: FeedTally;
  /** By agent id. */
  readonly timelines: ReadonlyMap<string, Timeline>;
  /** In the order of arrival. */
  readonly updates: readonly DecodedUpdate[];
  readonly quarantined: readonly QuarantineCode[];
}

export function foldedFeed(options: SimulationOptions): FoldedFeed {
  const { arrivals, tally } = simulateFeed(options);
  const updates: DecodedUpdate[] = [];
  const quarantined: QuarantineCode[] = [];
  for (const payload of payloadsOf(arrivals)) {
    const decoded = decodeAgentUpdate(payload, { receivedAt: options.to, byteLength: 0 });
    if (decoded.ok) updates.push(decoded.update);
    else quarantined.push(decoded.code);
  }
  const byAgent = new Map<string, DecodedUpdate[]>();
  for (const update of updates) {
    const own = byAgent.get(update.data.agentId);
    if (own === undefined) byAgent.set(update.data.agentId, [update]);
    else own.push(update);
  }
  const timelines = new Map(
    [...byAgent].map(([agentId, own]) => [
      agentId,
      foldTimeline(own.map(({ eventId, fingerprint, data }) => extractEvidence(eventId, fingerprint, data))),
    ]),
  );
  return { tally, timelines, updates, quarantined };
}

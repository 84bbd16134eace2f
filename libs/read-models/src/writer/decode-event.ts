// An event of the log as the writer takes it: read once, in the order of the log, and never judged in the light of others.
import { extractEvidence, type AgentUpdatedData, type AgentUpdatedMetadata } from '@libs/domain';
import { PoisonEventError, type ProjectionBatch } from '@libs/projection';
import type { AgentName } from './agent-record.js';
import { eventNumber } from './event-number.js';
import type { IncomingEvent } from './fold-agents.js';
import { packEvidence } from './packed-evidence.js';

/** `late` is for the writer to say, who knows the events before. */
export interface DecodedEvent extends IncomingEvent, AgentName {}

/** Throws `PoisonEventError` for what is not an agent update, `ModelDamagedError` for a position that cannot be kept. */
export function decodeEvent(event: ProjectionBatch['events'][number]): DecodedEvent {
  const number = eventNumber(event.position);
  try {
    const data = event.data as AgentUpdatedData;
    const { fingerprint } = event.metadata as AgentUpdatedMetadata;
    const evidence = extractEvidence(event.id, fingerprint, data);
    return {
      account: data.accountId,
      agentId: data.agentId,
      evidence,
      says: packEvidence(evidence),
      event: number,
      revision: event.revision,
      recordedAt: event.recordedAt,
      late: false,
    };
  } catch (cause) {
    throw new PoisonEventError({ position: event.position, eventId: event.id, cause });
  }
}

// An agent's events as rows: what each said, where it stands within its `at`, and the states that are kept.
import type { AgentRecord } from './agent-record.js';
import type { IncomingEvent } from './fold-agents.js';
import type { Place } from './fold-rows.js';
import type { NumberedEvidence } from './late-window.js';
import type { RowBatch } from './row-batch.js';

export function addAgent(
  { agent, account, agentId, state }: AgentRecord,
  isNew: boolean,
  batch: RowBatch,
): void {
  const values = [state.lastAt ?? 0, state.attributes.name ?? null, JSON.stringify(state)];
  if (isNew) batch.insert('agent', [agent, account, agentId, ...values]);
  else batch.update('agent', [...values, agent]);
}

export function addEvidence(
  { agent }: AgentRecord,
  fresh: readonly IncomingEvent[],
  places: ReadonlyMap<number, Place>,
  batch: RowBatch,
): void {
  for (const { evidence, says, event, revision, recordedAt, late } of fresh) {
    const { rank = 0, state = null } = places.get(event) ?? {};
    const { at, fingerprint } = evidence;
    const log = [revision, recordedAt, late ? 1 : 0];
    batch.insert('evidence', [agent, at, event, fingerprint, rank, ...log, says, state]);
  }
}

/** Stored events whose place within their `at`, or whose kept state, is another now. */
export function addMoved(
  { agent }: AgentRecord,
  stored: readonly NumberedEvidence[],
  places: ReadonlyMap<number, Place>,
  batch: RowBatch,
): void {
  for (const { event, evidence, stored: was } of stored) {
    const place = places.get(event);
    if (!place || !was || (was.rank === place.rank && !was.hasState && place.state === null)) continue;
    batch.update('evidence', [place.rank, place.state, agent, evidence.at, event]);
  }
}

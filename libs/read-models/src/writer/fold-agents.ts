// Brings agents' rows up to date with a batch's events of them: on time in O(1) each, late by a refold.
import type { Evidence } from '@libs/domain';
import type { Sql } from '../sql.js';
import type { AgentRecord } from './agent-record.js';
import { addAgent, addEvidence } from './evidence-rows.js';
import { foldRows, type Counters } from './fold-rows.js';
import { refoldLate } from './refold.js';
import { RowBatch } from './row-batch.js';

/** One event of the log, on its way into the evidence table. */
export interface IncomingEvent {
  readonly evidence: Evidence;
  /** What the table keeps of it (`packEvidence`). */
  readonly says: string;
  /** Its position in the log. */
  readonly event: number;
  readonly revision: number;
  readonly recordedAt: number;
  /** An earlier position of this agent has a later `at`. */
  readonly late: boolean;
}

/** A batch's events of one agent, in the order of the log. */
export interface AgentEvents {
  readonly record: AgentRecord;
  readonly isNew: boolean;
  readonly incoming: readonly IncomingEvent[];
}

/** Returns, in the order given, the events of each agent that were not there before. Every agent comes once. */
export async function foldAgents(
  sql: Sql,
  agents: readonly AgentEvents[],
  counters: Counters,
): Promise<(readonly IncomingEvent[])[]> {
  const parts = agents.map(inParts);
  const fresh = await refoldLate(
    sql,
    parts.filter(({ late }) => late.length > 0),
    counters,
  );
  const batch = new RowBatch();
  for (const { record, isNew, onTime } of parts) {
    if (onTime.length > 0) foldOnTime(record, isNew, onTime, counters, batch);
  }
  await batch.write(sql);
  return parts.map(({ record, onTime }) => [...(fresh.get(record.agent) ?? []), ...onTime]);
}

/** All events of an agent that nothing is stored of yet, in the order of the log. Its rows go into `batch`. */
export function foldWhole(
  record: AgentRecord,
  incoming: readonly IncomingEvent[],
  counters: Counters,
  batch: RowBatch,
): void {
  foldOnTime(record, true, firstOfEachFingerprint(incoming), counters, batch);
}

/** Events that all come after what the agent has. */
function foldOnTime(
  record: AgentRecord,
  isNew: boolean,
  onTime: readonly IncomingEvent[],
  counters: Counters,
  batch: RowBatch,
): void {
  const events = onTime.map(({ event, evidence }) => ({ event, evidence, stored: null }));
  const { rows, places } = foldRows(record, events, counters);
  addAgent(record, isNew, batch);
  addEvidence(record, onTime, places, batch);
  rows.addTo(batch);
}

interface Parts extends Omit<AgentEvents, 'incoming'> {
  /** Not after all that the agent has. */
  readonly late: readonly IncomingEvent[];
  readonly onTime: readonly IncomingEvent[];
}

function inParts({ record, isNew, incoming }: AgentEvents): Parts {
  const lastAt = record.state.lastAt ?? -Infinity;
  const first = firstOfEachFingerprint(incoming);
  const isOnTime = ({ evidence }: IncomingEvent): boolean => evidence.at > lastAt;
  return {
    ...{ record, isNew, onTime: first.filter(isOnTime) },
    late: first.filter((event) => !isOnTime(event)),
  };
}

function firstOfEachFingerprint(incoming: readonly IncomingEvent[]): readonly IncomingEvent[] {
  if (incoming.length === 1) return incoming;
  const first = new Map<string, IncomingEvent>();
  for (const event of incoming) {
    if (!first.has(event.evidence.fingerprint)) first.set(event.evidence.fingerprint, event);
  }
  return [...first.values()];
}

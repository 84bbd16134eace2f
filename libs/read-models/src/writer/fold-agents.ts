// Brings agents' rows up to date with a batch's events of them: on time in O(1) each, late by a refold.
import { byFingerprint, foldEvent, takeInOrder, type Evidence } from '@libs/domain';
import type { Sql } from '../sql.js';
import type { AgentRecord } from './agent-record.js';
import { AgentRows } from './agent-rows.js';
import { resumeBefore, type NumberedEvidence } from './refold.js';
import { RowBatch } from './row-batch.js';

/** A refold resumes at most about this many events early. */
const EVENTS_BETWEEN_STATES = 16;

/** Events read and folded again at once, about; bounds the memory of a batch that is late for many agents. */
const MOST_REFOLDED = 50_000;

/** One event of the log, on its way into the evidence table. */
export interface IncomingEvent {
  readonly evidence: Evidence;
  /** What the table keeps of it (`saysOf`). */
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

export interface Counters {
  nextSeries(): number;
}

/** Returns, in the order given, the events of each agent that were not there before. Every agent comes once. */
export async function foldAgents(
  sql: Sql,
  agents: readonly AgentEvents[],
  counters: Counters,
): Promise<(readonly IncomingEvent[])[]> {
  const fresh: (readonly IncomingEvent[])[] = [];
  for (const chunk of chunksOf(agents.map(withEarliest))) {
    const late = chunk.filter(isLate).map(({ record, earliest }) => ({ record, at: earliest }));
    const stored = await resumeBefore(sql, late);
    const batch = new RowBatch();
    for (const one of chunk) fresh.push(foldAgent(one, stored.get(one.record.agent) ?? [], counters, batch));
    await batch.write(sql);
  }
  return fresh;
}

interface PreparedEvents extends AgentEvents {
  readonly earliest: number;
}

function withEarliest({ incoming, ...rest }: AgentEvents): PreparedEvents {
  const first = firstOfEachFingerprint(incoming);
  const earliest = first.reduce((least, { evidence }) => Math.min(least, evidence.at), Infinity);
  return { ...rest, incoming: first, earliest };
}

function isLate({ record, earliest }: PreparedEvents): boolean {
  return record.state.lastAt !== null && earliest <= record.state.lastAt;
}

/** An agent that is not late has nothing to read again; one that is, at most all its events so far. */
function chunksOf(agents: readonly PreparedEvents[]): PreparedEvents[][] {
  const chunks: PreparedEvents[][] = [];
  let left = 0;
  for (const one of agents) {
    const refolded = isLate(one) ? one.record.state.count : 0;
    const chunk = chunks.at(-1);
    if (chunk && refolded <= left) chunk.push(one);
    else {
      chunks.push([one]);
      left = MOST_REFOLDED;
    }
    left -= refolded;
  }
  return chunks;
}

function foldAgent(
  { record, isNew, incoming }: PreparedEvents,
  stored: readonly NumberedEvidence[],
  counters: Counters,
  batch: RowBatch,
): readonly IncomingEvent[] {
  const known = new Set(stored.map(({ evidence }) => evidence.fingerprint));
  const fresh = incoming.filter(({ evidence }) => !known.has(evidence.fingerprint));
  const numbered = fresh.map(({ event, evidence }) => ({ event, evidence, stored: null }));
  const { rows, places } = foldRows(record, [...stored, ...numbered], counters);
  addAgent(record, isNew, batch);
  addEvidence(record, fresh, places, batch);
  addMoved(record, stored, places, batch);
  rows.addTo(batch);
  return fresh;
}

/** All events of an agent that nothing is stored of yet, in the order of the log. Its rows go into `batch`. */
export function foldWhole(
  record: AgentRecord,
  incoming: readonly IncomingEvent[],
  counters: Counters,
  batch: RowBatch,
): void {
  const first = firstOfEachFingerprint(incoming);
  foldAgent({ record, isNew: true, incoming: first, earliest: -Infinity }, [], counters, batch);
}

function firstOfEachFingerprint(incoming: readonly IncomingEvent[]): readonly IncomingEvent[] {
  if (incoming.length === 1) return incoming;
  const first = new Map<string, IncomingEvent>();
  for (const event of incoming) {
    if (!first.has(event.evidence.fingerprint)) first.set(event.evidence.fingerprint, event);
  }
  return [...first.values()];
}

/** Where an event stands within its `at`, and the state after it where one is kept. */
interface Place {
  readonly rank: number;
  readonly state: string | null;
}

function foldRows(
  record: AgentRecord,
  events: readonly NumberedEvidence[],
  counters: Counters,
): { rows: AgentRows; places: Map<number, Place> } {
  const byId = new Map(events.map((event) => [event.evidence.eventId, event]));
  const eventOf = (eventId: string): NumberedEvidence => {
    const event = byId.get(eventId);
    if (event === undefined) throw new Error('The fold named an event that it was not given.');
    return event;
  };
  const rows = new AgentRows(record, eventOf, () => counters.nextSeries());
  const places = new Map<number, Place>();
  const { state } = record;
  for (const group of groupsByAt(events.map(({ evidence }) => evidence))) {
    const before = state.count;
    let rank = 0;
    takeInOrder(group, state, (evidence) => {
      foldEvent(state, evidence, rows);
      const keepsState = (rank += 1) === group.length && passesMark(before, state.count);
      places.set(eventOf(evidence.eventId).event, {
        rank: rank - 1,
        state: keepsState ? JSON.stringify(state) : null,
      });
    });
  }
  return { rows, places };
}

function passesMark(before: number, after: number): boolean {
  return Math.floor(before / EVENTS_BETWEEN_STATES) !== Math.floor(after / EVENTS_BETWEEN_STATES);
}

function groupsByAt(events: readonly Evidence[]): Evidence[][] {
  const sorted = [...events].sort((x, y) => x.at - y.at || byFingerprint(x, y));
  const groups: Evidence[][] = [];
  for (const event of sorted) {
    const group = groups.at(-1);
    if (group?.[0]?.at === event.at) group.push(event);
    else groups.push([event]);
  }
  return groups;
}

function addAgent({ agent, account, agentId, state }: AgentRecord, isNew: boolean, batch: RowBatch): void {
  const values = [state.lastAt ?? 0, state.attributes.name ?? null, JSON.stringify(state)];
  if (isNew) batch.insert('agent', [agent, account, agentId, ...values]);
  else batch.update('agent', [...values, agent]);
}

function addEvidence(
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
function addMoved(
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

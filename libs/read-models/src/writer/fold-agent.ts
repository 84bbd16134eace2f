// Brings one agent's rows up to date with a batch's events of that agent: on time in O(1) each, late by a refold.
import { byFingerprint, foldEvent, takeInOrder, type Evidence } from '@libs/domain';
import type { Sql, SqlValue } from '../sql.js';
import type { AgentRecord } from './agent-record.js';
import { AgentRows } from './agent-rows.js';
import { resumeBefore, saysOf, type NumberedEvidence } from './refold.js';

/** A refold resumes at most about this many events early. */
const EVENTS_BETWEEN_STATES = 16;

/** One event of the log, on its way into the evidence table. */
export interface IncomingEvent {
  readonly evidence: Evidence;
  readonly position: string;
  readonly revision: number;
  readonly recordedAt: number;
  /** An earlier position of this agent has a later `at`. */
  readonly late: boolean;
}

export interface Counters {
  nextEvent(): number;
  nextSeries(): number;
}

/** Returns the events that were not there before. `incoming` is in the order of the log. */
export async function foldAgent(
  sql: Sql,
  record: AgentRecord,
  incoming: readonly IncomingEvent[],
  counters: Counters,
): Promise<readonly IncomingEvent[]> {
  const first = firstOfEachFingerprint(incoming);
  const earliest = first.reduce((least, { evidence }) => Math.min(least, evidence.at), Infinity);
  const onTime = record.state.lastAt === null || earliest > record.state.lastAt;
  const stored = onTime ? [] : await resumeBefore(sql, record, earliest);
  const known = new Set(stored.map(({ evidence }) => evidence.fingerprint));
  const fresh = first.filter(({ evidence }) => !known.has(evidence.fingerprint));
  const numbered = fresh.map(({ evidence }) => ({ event: counters.nextEvent(), evidence, stored: null }));
  const folded = foldRows(record, [...stored, ...numbered], counters);
  await writeEvidence(sql, record, fresh, numbered, folded.places);
  await updateStored(sql, stored, folded.places);
  await folded.rows.write(sql);
  return fresh;
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
  const numbers = new Map(events.map(({ event, evidence }) => [evidence.eventId, event]));
  const numberOf = (eventId: string): number => {
    const number = numbers.get(eventId);
    if (number === undefined) throw new Error('The fold named an event that it was not given.');
    return number;
  };
  const rows = new AgentRows(record, numberOf, () => counters.nextSeries());
  const places = new Map<number, Place>();
  const { state } = record;
  for (const group of groupsByAt(events.map(({ evidence }) => evidence))) {
    const before = state.count;
    let rank = 0;
    takeInOrder(group, state, (evidence) => {
      foldEvent(state, evidence, rows);
      const keepsState = (rank += 1) === group.length && passesMark(before, state.count);
      places.set(numberOf(evidence.eventId), {
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

const EVIDENCE_COLUMNS = [
  'event',
  'agent',
  'at',
  'rank',
  'fingerprint',
  'position',
  'revision',
  'recorded_at',
  'late',
  'says',
  'state',
] as const;

async function writeEvidence(
  sql: Sql,
  record: AgentRecord,
  fresh: readonly IncomingEvent[],
  numbered: readonly NumberedEvidence[],
  places: ReadonlyMap<number, Place>,
): Promise<void> {
  const rows = fresh.map(({ evidence, position, revision, recordedAt, late }, index): SqlValue[] => {
    const event = numbered[index]?.event ?? -1;
    const { rank = 0, state = null } = places.get(event) ?? {};
    const { at, fingerprint } = evidence;
    const log = [position, revision, recordedAt, late ? 1 : 0];
    return [event, record.agent, at, rank, fingerprint, ...log, saysOf(evidence), state];
  });
  await sql.insert('evidence', EVIDENCE_COLUMNS, rows);
}

async function updateStored(
  sql: Sql,
  stored: readonly NumberedEvidence[],
  places: ReadonlyMap<number, Place>,
): Promise<void> {
  for (const { event, stored: was } of stored) {
    const place = places.get(event);
    if (!place || !was || (was.rank === place.rank && !was.hasState && place.state === null)) continue;
    await sql.run('UPDATE evidence SET rank = ?, state = ? WHERE event = ?', [
      place.rank,
      place.state,
      event,
    ]);
  }
}

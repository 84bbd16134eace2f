// Folds events of one agent into rows, from the record's state on, and notes where each came to stand.
// Reads and writes no table.
import { byFingerprint, foldEvent, takeInOrder, type Evidence, type FoldState } from '@libs/domain';
import type { AgentRecord } from './agent-record.js';
import { AgentRows } from './agent-rows.js';
import type { NumberedEvidence } from './late-window.js';

/** A refold resumes at most about this many events early. */
export const EVENTS_BETWEEN_STATES = 16;

export interface Counters {
  nextSeries(): number;
}

/** Where an event stands within its `at`, and the state after it where one is kept. */
export interface Place {
  readonly rank: number;
  readonly state: string | null;
}

export interface FoldedRows {
  readonly rows: AgentRows;
  readonly places: ReadonlyMap<number, Place>;
  /** The `at` after which the fold was told to stop; null if it was not. */
  readonly stoppedAt: number | null;
}

/** Moves the record on. `stops`: whether to leave out what comes after this `at`; the state there is kept. */
export function foldRows(
  record: AgentRecord,
  events: readonly NumberedEvidence[],
  counters: Counters,
  stops: (at: number, state: FoldState) => boolean = () => false,
): FoldedRows {
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
    let [rank, last] = [0, 0];
    takeInOrder(group, state, (evidence) => {
      foldEvent(state, evidence, rows);
      last = eventOf(evidence.eventId).event;
      places.set(last, { rank, state: null });
      rank += 1;
    });
    const at = group[0]?.at ?? 0;
    const isLast = stops(at, state);
    if (isLast || passesMark(before, state.count)) {
      places.set(last, { rank: rank - 1, state: JSON.stringify(state) });
    }
    if (isLast) return { rows, places, stoppedAt: at };
  }
  return { rows, places, stoppedAt: null };
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

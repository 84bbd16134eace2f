// Folds agents again from just before a late event, until they come to stand as they stood before it: from there on the same
// events made the same rows, and only the sums of earlier intervals, and ordinals, have moved. Where they never come to,
// all later events are folded again. Either way the tables equal the fold of all events.
import { isDeepStrictEqual } from 'node:util';
import type { FoldState } from '@libs/domain';
import type { Sql } from '../sql.js';
import type { AgentRecord } from './agent-record.js';
import { addAgent, addEvidence, addMoved } from './evidence-rows.js';
import type { IncomingEvent } from './fold-agents.js';
import { EVENTS_BETWEEN_STATES, foldRows, type Counters, type FoldedRows } from './fold-rows.js';
import { loadLateWindows, type LateEvents, type LateWindow } from './late-window.js';
import { replaceRows } from './replace-rows.js';
import { RowBatch } from './row-batch.js';

/** How many stored states after the late events are tried, one attempt after the other; null for all there are. */
const MARKS_TRIED = [4, 64, null] as const;
/** Events read and folded again at once, about; bounds the memory of a batch that is late for many agents. */
const MOST_REFOLDED = 50_000;

/** An agent folded again. */
export interface Refold {
  readonly window: LateWindow;
  /** Of the late events, those that were not there before. */
  readonly fresh: readonly IncomingEvent[];
  /** The agent at the end of what was folded; its own record still stands as before. */
  readonly folded: AgentRecord;
  readonly rows: FoldedRows['rows'];
  readonly places: FoldedRows['places'];
  /** Where it came to stand as before, and the state stored there; null if the end of its events was reached. */
  readonly settled: { readonly at: number; readonly before: FoldState } | null;
}

/** By agent, the events that were not there before. */
export async function refoldLate(
  sql: Sql,
  all: readonly LateEvents[],
  counters: Counters,
): Promise<Map<number, readonly IncomingEvent[]>> {
  const fresh = new Map<number, readonly IncomingEvent[]>();
  let left = all;
  for (const marks of MARKS_TRIED) {
    const unsettled: LateEvents[] = [];
    for (const chunk of chunksOf(left, marks)) {
      const refolds: Refold[] = [];
      for (const window of await loadLateWindows(sql, chunk, marks)) {
        const done = refold(window, counters);
        if (done.settled === null && window.hasMore) unsettled.push(window);
        else refolds.push(done);
      }
      const batch = new RowBatch();
      await replaceRows(sql, refolds, batch);
      for (const done of refolds) {
        const { record, stored } = done.window;
        fresh.set(record.agent, done.fresh);
        addAgent(record, false, batch);
        addEvidence(record, done.fresh, done.places, batch);
        addMoved(record, stored, done.places, batch);
        done.rows.addTo(batch);
      }
      await batch.write(sql);
    }
    left = unsettled;
  }
  return fresh;
}

function chunksOf(all: readonly LateEvents[], marks: number | null): LateEvents[][] {
  const chunks: LateEvents[][] = [];
  let room = 0;
  for (const one of all) {
    const most = marks === null ? Infinity : (marks + 1) * EVENTS_BETWEEN_STATES;
    const refolded = Math.min(one.record.state.count, most);
    const chunk = chunks.at(-1);
    if (chunk && refolded <= room) chunk.push(one);
    else {
      chunks.push([one]);
      room = MOST_REFOLDED;
    }
    room -= refolded;
  }
  return chunks;
}

function refold(window: LateWindow, counters: Counters): Refold {
  const { record, late, from, series, stored, marks } = window;
  const known = new Set(stored.map(({ evidence }) => evidence.fingerprint));
  const fresh = late.filter(({ evidence }) => !known.has(evidence.fingerprint));
  const folded = {
    ...record,
    state: structuredClone(from.state),
    series: new Map([...series].map(([name, sums]) => [name, { ...sums }])),
  };
  const numbered = fresh.map(({ event, evidence }) => ({ event, evidence, stored: null }));
  let before: FoldState | null = null;
  const { rows, places, stoppedAt } = foldRows(folded, [...stored, ...numbered], counters, (at, state) => {
    const mark = marks.get(at);
    if (mark === undefined) return false;
    before = JSON.parse(mark) as FoldState;
    return standsAs(before, state);
  });
  const settled = stoppedAt === null || before === null ? null : { at: stoppedAt, before };
  return { window, fresh, folded, rows, places, settled };
}

/**
 * Whether whatever comes next does the same from both. How many events there were is no matter (in a stored state it spaces
 * the next ones and orders what one instant said), nor is how many intervals.
 */
function standsAs(before: FoldState, state: FoldState): boolean {
  return isDeepStrictEqual(
    withoutCounts(before),
    withoutCounts(JSON.parse(JSON.stringify(state)) as FoldState),
  );
}

function withoutCounts({ tracks, ...rest }: FoldState): unknown {
  return { ...rest, count: 0, tracks: tracks.map((track) => ({ ...track, next: 0 })) };
}

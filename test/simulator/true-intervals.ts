// What really happened to an agent: the intervals of each track, straight from its moments, never from payloads.
import { TRACKS, type Actor, type Track } from '@libs/domain';
import type { Moment } from './agent-week.js';
import { keysOf, sameStatus, type AgentState } from './agent-state.js';

/** UTC epoch ms; `end` null: it goes on. */
export interface TrueInterval {
  readonly track: Track;
  readonly key: string;
  readonly start: number;
  readonly end: number | null;
  readonly startedBy: Actor | null;
  readonly endedBy: Actor | null;
}

export interface Step {
  readonly before: AgentState;
  readonly after: AgentState;
  readonly moment: Moment;
}

export function stepsOf(first: AgentState, moments: readonly Moment[]): Step[] {
  let before = first;
  return moments.map((moment) => {
    const values = { ...before, ...moment.change };
    const statusSince = sameStatus(before, values) ? before.statusSince : moment.at;
    const after = { ...values, statusSince, updatedAt: moment.at };
    const step = { before, after, moment };
    before = after;
    return step;
  });
}

/**
 * As far as the feed can tell: the status before the first moment is known with its beginning, every other track from the
 * first moment on.
 */
export function trueIntervals(steps: readonly Step[]): TrueInterval[] {
  const [first] = steps;
  if (first === undefined) return [];
  return TRACKS.flatMap((track) => {
    const intervals: TrueInterval[] = [];
    let open: TrueInterval | null =
      track === 'status' ? opened(track, first.before, first.before.statusSince, null) : null;
    for (const { before, after, moment } of steps) {
      const { at, actor } = moment;
      const changed = keysOf(before)[track] !== keysOf(after)[track];
      if (open !== null && !changed) continue;
      if (open !== null) intervals.push({ ...open, end: at, endedBy: actor });
      open = opened(track, after, at, changed ? actor : null);
    }
    return open === null ? intervals : [...intervals, open];
  });
}

function opened(track: Track, state: AgentState, start: number, startedBy: Actor | null): TrueInterval {
  return { track, key: keysOf(state)[track], start, end: null, startedBy, endedBy: null };
}

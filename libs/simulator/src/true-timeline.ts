// What truly happened to each agent, straight from its life, never from payloads: the timeline that a feed without faults
// tells. One agent at a time.
import { TRACKS, type Dated, type Interval, type Team, type Track } from '@libs/domain';
import { agentLife } from './agent-life.js';
import { agentProfile, type AgentProfile } from './agent-profile.js';
import { keyOn, type AgentState, type Step } from './agent-state.js';
import { withDefaults, type SimulationOptions } from './simulation-options.js';
import { statusNames, type NameStatus } from './statuses.js';

/**
 * As the domain's, but for events: `startStep` and `endStep` are the numbers of the agent's changes that opened and closed
 * it (0, 1, 2 … in the order of time). `uncertainFrom` is always null.
 */
export interface TrueInterval extends Omit<Interval, 'startEventId' | 'endEventId'> {
  readonly startStep: number;
  readonly endStep: number | null;
}

/**
 * As far as a feed can tell: the status before the first change is known with its beginning, every other track from the
 * first change on.
 */
export interface TrueTimeline {
  readonly agent: AgentProfile;
  readonly intervals: { readonly [T in Track]: readonly TrueInterval[] };
  readonly teams: readonly Dated<readonly Team[]>[];
  readonly deleted: readonly Dated<boolean>[];
  /** How often something changed. */
  readonly changes: number;
  readonly lastEventAt: number;
}

type Open = { -readonly [K in keyof TrueInterval]: TrueInterval[K] };

/** In the order of the agents' ids; agents to whom nothing happens are left out. */
export function* trueTimelines(options: SimulationOptions): Generator<TrueTimeline, void> {
  const simulation = withDefaults(options);
  const names = statusNames(simulation);
  for (let index = 0; index < simulation.agents; index += 1) {
    const agent = agentProfile(index, simulation);
    const timeline = new TimelineOfSteps(names);
    for (const step of agentLife(index, agent, simulation)) timeline.add(step);
    if (timeline.changes > 0) yield timeline.of(agent);
  }
}

class TimelineOfSteps {
  changes = 0;
  private lastEventAt = 0;
  private readonly intervals: { readonly [T in Track]: Open[] } = {
    ...{ status: [], browser: [], mobile: [], channel: [], login: [] },
  };
  private readonly teams: Dated<readonly Team[]>[] = [];
  private readonly deleted: Dated<boolean>[] = [];

  constructor(private readonly nameStatus: NameStatus) {}

  add(step: Step): void {
    const { n, before, after } = step;
    const at = after.updatedAt;
    if (n === 0 || before.teams !== after.teams) this.teams.push({ at, value: after.teams });
    if (n === 0 || before.deleted !== after.deleted) this.deleted.push({ at, value: after.deleted });
    if (n === 0) this.begin(step);
    else if (after.deleted !== before.deleted) this.turn(step);
    else this.change(step);
    this.changes += 1;
    this.lastEventAt = at;
  }

  of(agent: AgentProfile): TrueTimeline {
    const { intervals, teams, deleted, changes, lastEventAt } = this;
    return { agent, intervals, teams, deleted, changes, lastEventAt };
  }

  private begin(step: Step): void {
    const { before, after } = step;
    for (const track of TRACKS) {
      const changed = keyOn(track, before) !== keyOn(track, after);
      if (track === 'status' && changed)
        this.open(track, before, before.statusSince, step, { inferred: true });
      if (track === 'status' && !changed) this.open(track, after, after.statusSince, step);
      else if (changed) this.next(track, step);
      else this.open(track, after, after.updatedAt, step);
    }
  }

  private change(step: Step): void {
    for (const track of TRACKS) {
      if (keyOn(track, step.before) !== keyOn(track, step.after)) this.next(track, step);
    }
  }

  /** Deleted or restored: all that was said of the agent ends, or begins anew. */
  private turn(step: Step): void {
    const { after, n } = step;
    for (const track of TRACKS) {
      if (after.deleted) this.close(track, after.updatedAt, n, null);
      else this.open(track, after, after.updatedAt, step);
    }
  }

  private next(track: Track, step: Step): void {
    const { after, by, n } = step;
    this.close(track, after.updatedAt, n, by);
    this.open(track, after, after.updatedAt, step, { startedBy: by });
  }

  private open(
    track: Track,
    state: AgentState,
    start: number,
    { n }: Step,
    { inferred = false, startedBy = null }: Partial<Pick<Open, 'inferred' | 'startedBy'>> = {},
  ): void {
    const list = this.intervals[track];
    const key = keyOn(track, state);
    const label = this.labelOf(track, key, state);
    const isNow = { end: null, uncertainFrom: null, endStep: null, endedBy: null };
    list.push({
      track,
      ordinal: list.length,
      key,
      label,
      start,
      inferred,
      startedBy,
      startStep: n,
      ...isNow,
    });
  }

  private close(track: Track, end: number, endStep: number, endedBy: Open['endedBy']): void {
    const open = this.intervals[track].at(-1);
    if (open?.end === null) Object.assign(open, { end, endStep, endedBy });
  }

  private labelOf(track: Track, key: string, state: AgentState): string {
    switch (track) {
      case 'status':
        if (state.code === 2) return 'Busy';
        if (state.code === 3) return 'After Call Work';
        return this.nameStatus(state.common, state.updatedAt).name;
      case 'browser':
      case 'mobile':
        return this.nameStatus(state[track], state.updatedAt).name;
      case 'channel':
      case 'login':
        return key;
      default:
        throw new Error(`no such track: ${String(track satisfies never)}`);
    }
  }
}

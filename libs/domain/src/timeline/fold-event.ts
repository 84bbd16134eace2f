// The fold of one event into one agent's timeline (semantics §5, whose rule numbers the comments give).
// Moves the state on and tells the sink what changes; it never asks for the time, the store or the arrival order.
import { TRACKS, type Evidence, type Parts, type Track } from './evidence.js';
import type { AttributeState, FoldState, TrackState } from './fold-state.js';
import { hasKnownPart, matchesParts } from './match-parts.js';
import { keyOf, labelOf, ownKeyOfBefore } from './status-identity.js';
import type { Actor, Gap, Interval } from './timeline.js';

export type OpenedInterval = Omit<Interval, 'end' | 'uncertainFrom' | 'endEventId' | 'endedBy'>;
export type ClosedInterval = Pick<Interval, 'track' | 'ordinal' | 'uncertainFrom' | 'endedBy'> & {
  readonly end: number;
  readonly endEventId: string;
};

/** What the fold does to a timeline. Per track, an interval is closed before the next one is opened. */
export interface FoldSink {
  open(interval: OpenedInterval): void;
  close(interval: ClosedInterval): void;
  gap(gap: Gap): void;
  chainBreak(at: number, eventId: string): void;
  /** A dated attribute takes another value from `at` on. */
  attribute<K extends keyof AttributeState>(name: K, at: number, value: NonNullable<AttributeState[K]>): void;
}

/** Events must come in the order of §4 (`takeInOrder` within one `at`). */
export function foldEvent(state: FoldState, event: Evidence, sink: FoldSink): void {
  const staysDeleted = state.lifecycle === 'deleted' && event.deleted !== false;
  if (state.lifecycle === 'deleted' && !staysDeleted) state.lifecycle = 'reopened';
  TRACKS.forEach((track, index) => {
    const trackState = state.tracks[index];
    const after = event.tracks[track]?.a;
    if (!trackState || !after) return; // 1
    if (!staysDeleted) new TrackFold(track, trackState, event, after, sink).fold(state.lifecycle);
    trackState.known = after;
  });
  foldChain(state, event, sink);
  foldAttributes(state.attributes, event, sink);
  if (event.deleted === true && !staysDeleted) closeEveryTrack(state, event, sink);
  state.count += 1;
  state.lastAt = event.at;
}

function foldChain(state: FoldState, event: Evidence, sink: FoldSink): void {
  const before = event.updatedBefore;
  if (before !== undefined && state.updatedAfter !== null && before !== state.updatedAfter) {
    sink.chainBreak(event.at, event.eventId);
  }
  if (event.updatedAfter !== undefined) state.updatedAfter = event.updatedAfter;
}

function foldAttributes(attributes: AttributeState, event: Evidence, sink: FoldSink): void {
  const { name, email, timeZone, teams, deleted } = event;
  if (name !== undefined && name !== attributes.name)
    sink.attribute('name', event.at, (attributes.name = name));
  if (email !== undefined && email !== attributes.email)
    sink.attribute('email', event.at, (attributes.email = email));
  if (timeZone !== undefined && timeZone !== attributes.timeZone) {
    sink.attribute('timeZone', event.at, (attributes.timeZone = timeZone));
  }
  if (teams !== undefined && !sameTeams(teams, attributes.teams)) {
    sink.attribute('teams', event.at, (attributes.teams = teams));
  }
  if (deleted !== undefined && deleted !== attributes.deleted) {
    sink.attribute('deleted', event.at, (attributes.deleted = deleted));
  }
}

function sameTeams(teams: AttributeState['teams'], others: AttributeState['teams']): boolean {
  if (!teams || teams.length !== others?.length) return false;
  return teams.every((team, index) => team.id === others[index]?.id && team.name === others[index].name);
}

function closeEveryTrack(state: FoldState, event: Evidence, sink: FoldSink): void {
  state.lifecycle = 'deleted';
  state.tracks.forEach((trackState, index) => {
    const track = TRACKS[index];
    if (!trackState.open || !track) return;
    const { at: end, eventId: endEventId } = event;
    sink.close({ track, ordinal: trackState.next - 1, end, uncertainFrom: null, endEventId, endedBy: null });
    trackState.open = null;
  });
}

/** One event on one track on which it states a value after. */
class TrackFold {
  private readonly afterKey: string;
  private readonly before: Parts | undefined;
  private readonly statusAt: number | undefined;
  private readonly beforeSince: number | undefined;
  private readonly lscInDiff: boolean;

  constructor(
    private readonly track: Track,
    private readonly state: TrackState,
    private readonly event: Evidence,
    private readonly after: Parts,
    private readonly sink: FoldSink,
  ) {
    const ofStatus = track === 'status';
    this.afterKey = keyOf(track, after);
    this.before = event.tracks[track]?.b;
    this.statusAt = ofStatus ? event.statusAt : undefined;
    this.beforeSince = ofStatus ? event.beforeSince : undefined;
    this.lscInDiff = ofStatus && event.lscInDiff === true;
  }

  fold(lifecycle: FoldState['lifecycle']): void {
    const { open } = this.state;
    if (open) this.continueFrom(open);
    else if (lifecycle === 'never-deleted') this.begin();
    else this.openAfter(this.event.at, null);
    if (this.state.open) this.state.open.confirmed = this.event.at; // 6
  }

  /** 2: nothing yet. */
  private begin(): void {
    const start = this.statusAt ?? this.event.at;
    const { before, beforeSince } = this;
    const beforeKey = before && hasKnownPart(before) ? ownKeyOfBefore(this.track, before) : undefined;
    if (before === undefined || beforeKey === undefined || beforeKey === this.afterKey) {
      this.openAfter(start, null);
      return;
    }
    if (beforeSince !== undefined && beforeSince < start)
      this.insertBefore(before, beforeKey, beforeSince, start);
    this.openAfter(start, this.event.by);
  }

  private continueFrom(open: NonNullable<TrackState['open']>): void {
    const resolved = this.resolveBefore(open);
    const claimed = resolved !== undefined && resolved !== this.afterKey;
    const found = claimed ? resolved : this.afterKey;
    if (this.isReentry(open, resolved)) this.reenter(open, found);
    const current = this.state.open ?? open;
    if (!claimed) this.withoutClaim(current);
    else this.withClaim(current, resolved);
  }

  /** The key that the value before resolves to; the open one's own key when it is that value. */
  private resolveBefore(open: NonNullable<TrackState['open']>): string | undefined {
    const { before, beforeSince } = this;
    if (!before) return undefined;
    const matches = this.state.known !== null && matchesParts(before, this.state.known);
    if (this.isUndetermined(before)) {
      const beganLater = beforeSince !== undefined && beforeSince > open.confirmed;
      return matches && !beganLater ? open.key : ownKeyOfBefore('status', {});
    }
    return matches ? open.key : ownKeyOfBefore(this.track, before);
  }

  private isUndetermined(before: Parts): boolean {
    if (!hasKnownPart(before)) return true;
    if (this.track !== 'status' || before.code !== '0') return false;
    return before.id === undefined && before.name === undefined;
  }

  /** 3: the value before is the open one, but began again after it was last confirmed. */
  private isReentry(open: NonNullable<TrackState['open']>, resolved: string | undefined): boolean {
    const { beforeSince } = this;
    if (resolved !== open.key || !this.lscInDiff || beforeSince === undefined) return false;
    return open.confirmed < beforeSince && beforeSince < (this.statusAt ?? this.event.at);
  }

  private reenter(open: NonNullable<TrackState['open']>, found: string): void {
    const { key, confirmed } = open;
    const start = this.beforeSince ?? this.event.at;
    const label = labelOf(this.track, key, this.state.known?.name);
    this.closeDoubtful(open, start, null);
    this.start(key, label, start, false, null);
    this.state.open = { key, start, confirmed };
    this.gap(key, found);
  }

  /** 4: no change is claimed. */
  private withoutClaim(open: NonNullable<TrackState['open']>): void {
    const { statusAt } = this;
    const beganLater = statusAt !== undefined && statusAt > open.confirmed;
    if (this.afterKey === open.key && (this.lscInDiff || !beganLater)) return;
    const start = beganLater ? statusAt : this.event.at;
    this.closeDoubtful(open, start, null);
    this.openAfter(start, null);
    this.gap(open.key, this.afterKey);
  }

  /** 5: a change from the value before to the value after. */
  private withClaim(open: NonNullable<TrackState['open']>, beforeKey: string): void {
    const { before, beforeSince, event } = this;
    const start = this.statusAt !== undefined && this.statusAt >= open.confirmed ? this.statusAt : event.at;
    if (beforeKey === open.key) {
      this.close(start, null, event.by);
    } else {
      if (before && beforeSince !== undefined && open.confirmed < beforeSince && beforeSince < start) {
        this.closeDoubtful(open, beforeSince, null);
        this.insertBefore(before, beforeKey, beforeSince, start);
      } else {
        this.closeDoubtful(open, start, event.by);
      }
      this.gap(open.key, beforeKey);
    }
    this.openAfter(start, event.by);
  }

  private insertBefore(before: Parts, key: string, start: number, end: number): void {
    this.start(key, labelOf(this.track, key, before.name), start, true, null);
    this.close(end, null, this.event.by);
  }

  private openAfter(start: number, startedBy: Actor | null): void {
    this.start(this.afterKey, labelOf(this.track, this.afterKey, this.after.name), start, false, startedBy);
    this.state.open = { key: this.afterKey, start, confirmed: this.event.at };
  }

  private start(key: string, label: string, start: number, inferred: boolean, startedBy: Actor | null): void {
    const ordinal = this.state.next++;
    const startEventId = this.event.eventId;
    this.sink.open({ track: this.track, ordinal, key, label, start, inferred, startEventId, startedBy });
  }

  private closeDoubtful(open: NonNullable<TrackState['open']>, end: number, endedBy: Actor | null): void {
    const from = Math.max(open.confirmed, open.start);
    this.close(end, from < end ? from : null, endedBy);
  }

  private close(end: number, uncertainFrom: number | null, endedBy: Actor | null): void {
    const { track } = this;
    const ordinal = this.state.next - 1;
    this.sink.close({ track, ordinal, end, uncertainFrom, endEventId: this.event.eventId, endedBy });
  }

  private gap(expected: string, found: string): void {
    this.sink.gap({ at: this.event.at, track: this.track, expected, found, eventId: this.event.eventId });
  }
}

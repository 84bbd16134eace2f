// What one agent does in a week, as moments in order: shifts, calls, breaks, what supervisors do to it.
// Deterministic by the random numbers passed in; it knows no payload and no fault.
import type { Actor } from '@libs/domain';
import {
  ACW,
  AVAILABLE,
  BUSY,
  COACHING,
  LUNCH,
  OFFLINE,
  TRAINING,
  type AgentState,
  type AgentValues,
} from './agent-state.js';

/** Returns integers in `[0, bound)`. */
export type Random = (bound: number) => number;

export interface Moment {
  /** UTC epoch ms, whole seconds. */
  readonly at: number;
  readonly actor: Actor;
  /** Nothing: only the record's `updated_at` moved. */
  readonly change: Partial<AgentValues>;
}

export const SECOND = 1_000;
export const HOUR = 3_600 * SECOND;
export const DAY = 24 * HOUR;
const SHIFT = 8 * HOUR;
const BREAKS = [LUNCH, COACHING, TRAINING];

export const TEAMS = [
  { id: 't-17', name: 'Billing' },
  { id: 't-20', name: 'VIP' },
  { id: 't-31', name: 'Nights' },
];

export interface AgentWeekOptions {
  /** UTC epoch ms. */
  readonly from: number;
  readonly days: number;
  /** When shifts begin, in hours after midnight UTC; one past 16 runs over midnight. */
  readonly shiftStartsAt: number;
  readonly callsADay: number;
}

/** Signed out since some time before the week. */
export function stateBefore(random: Random, { from }: AgentWeekOptions): AgentState {
  const since = from - (1 + random(60 * 3_600)) * SECOND;
  const teams = [TEAMS[random(TEAMS.length)] ?? TEAMS[0]!];
  return { ...OFFLINE, loggedIn: false, teams, statusSince: since, updatedAt: since };
}

/** Moments of one instant: at most three, each of them another change. */
export function agentWeek(random: Random, options: AgentWeekOptions): Moment[] {
  const { from, days, shiftStartsAt, callsADay } = options;
  const moments: Moment[] = [];
  let at = from;
  const say = (change: Partial<AgentValues>, actor: Actor = 'self'): void => {
    moments.push({ at, actor, change });
  };
  /** Seconds, at least one. */
  const wait = (atMost: number): void => {
    at += (1 + random(atMost)) * SECOND;
  };
  const oneIn = (chances: number): boolean => random(chances) === 0;
  const supervised = (chances: number): Actor => (oneIn(chances) ? 'other' : 'self');
  const rest = 2 * Math.floor(SHIFT / SECOND / callsADay) - 600;

  const signIn = (): void => {
    if (oneIn(3)) {
      say({ ...AVAILABLE, loggedIn: true });
      return;
    }
    say({ loggedIn: true });
    wait(90);
    say(AVAILABLE, supervised(20));
  };
  const takeCall = (): void => {
    say(BUSY);
    if (!oneIn(12)) wait(600);
    if (!oneIn(6)) say(ACW);
    if (!oneIn(10)) wait(120);
    say(AVAILABLE);
  };
  const takeBreak = (): void => {
    const first = random(BREAKS.length);
    say(BREAKS[first]!, supervised(4));
    wait(1_800);
    if (oneIn(3)) {
      say(BREAKS[(first + 1) % BREAKS.length]!, supervised(3));
      wait(1_800);
    }
    if (oneIn(8)) {
      say(OFFLINE);
      wait(300);
    }
    say(AVAILABLE, supervised(6));
  };
  const changeTeams = (): void => {
    const first = random(TEAMS.length);
    say({ teams: TEAMS.filter((_, index) => index === first || oneIn(2)) }, 'other');
  };
  const signOut = (): void => {
    if (oneIn(4)) {
      say({ ...OFFLINE, loggedIn: false }, supervised(3));
      return;
    }
    say(OFFLINE);
    wait(60);
    say({ loggedIn: false });
  };

  for (let day = 0; day < days; day += 1) {
    const start = from + day * DAY + shiftStartsAt * HOUR + random(1_800) * SECOND;
    if (start <= at || oneIn(6)) continue;
    at = start;
    signIn();
    wait(rest);
    while (at < start + SHIFT) {
      const what = random(20);
      if (what < 15) takeCall();
      else if (what < 18) takeBreak();
      else if (what < 19) changeTeams();
      else say({});
      wait(rest);
    }
    // The last shift of some goes on beyond the week.
    if (day < days - 1 || oneIn(2)) signOut();
  }
  return moments;
}

// One shift of one agent, from signing in to signing out (or forgetting to): calls, breaks and what supervisors do.
// It knows no payload and no fault.
import type { Actor, Team } from '@libs/domain';
import {
  ACW,
  AVAILABLE,
  BUSY,
  custom,
  OFFLINE,
  type AgentState,
  type Device,
  type Moment,
} from './agent-state.js';
import { TEAMS } from './agent-profile.js';
import { Diary } from './diary.js';
import type { SeededRandom } from './seeded-random.js';
import { planShift, type Activity } from './shift-plan.js';
import { HOUR, SECOND } from './units.js';

export interface Shift {
  readonly device: Device;
  /** UTC epoch ms, whole seconds. */
  readonly start: number;
  readonly length: number;
  /** How far the zone's clocks are ahead of UTC. */
  readonly offset: number;
  readonly callsPerHour: number;
  readonly sameSecond: number;
}

/** Share of the busiest hour's calls, by local hour. */
const BUSINESS: readonly number[] = [
  ...[0.2, 0.15, 0.12, 0.1, 0.12, 0.2, 0.35, 0.5, 0.7, 0.9, 1, 1],
  ...[0.85, 0.8, 0.95, 1, 0.9, 0.75, 0.6, 0.5, 0.45, 0.4, 0.35, 0.25],
];
/** Seconds from the beginning of a call to the agent being free again, about. */
const HANDLING = 740;
const FORGETS = 0.03;

export function shiftMoments(random: SeededRandom, shift: Shift, before: AgentState): Moment[] {
  const diary = new Diary(shift.start, random, shift.sameSecond);
  const plan = planShift(random, shift);
  const end = shift.start + shift.length;
  let { device } = shift;
  signIn(diary, random, before, device);
  let isAvailable = true;
  for (;;) {
    const nextCall = diary.at + untilNextCall(diary, random, shift);
    const [activity] = plan;
    if (activity !== undefined && activity.at <= nextCall) {
      plan.shift();
      if (isAvailable) diary.passUntil(activity.at);
      device = doActivity(diary, random, activity, device, before.teams);
      isAvailable = true;
      continue;
    }
    if (nextCall >= end) break;
    diary.pass(nextCall - diary.at);
    takeCall(diary, random, device);
    // From a call straight into a break that is due.
    isAvailable = !(plan[0] !== undefined && plan[0].at <= diary.at && plan[0].kind === 'custom');
    if (isAvailable) diary.say(AVAILABLE[device]);
  }
  diary.passUntil(end);
  signOut(diary, random);
  return diary.moments;
}

/** The agent is available afterwards. One who forgot to sign out is signed in already. */
function signIn(diary: Diary, random: SeededRandom, before: AgentState, device: Device): void {
  if (before.loggedIn) {
    if (before.code !== 1) diary.say(AVAILABLE[device]);
  } else if (random.chance(0.6)) {
    diary.say({ ...AVAILABLE[device], loggedIn: true });
  } else {
    diary.say({ loggedIn: true });
    diary.wait(5, 90);
    diary.say(AVAILABLE[device], random.chance(0.05) ? 'other' : 'self');
  }
}

function untilNextCall(diary: Diary, random: SeededRandom, { callsPerHour, offset }: Shift): number {
  const localHour = Math.floor((diary.at + offset) / HOUR) % 24;
  const calls = callsPerHour * (BUSINESS[localHour] ?? 1);
  if (calls === 0) return Infinity;
  const period = (HOUR / SECOND / calls) * (0.4 + 1.2 * random.next());
  const gap = Math.max(1, Math.floor(period - HANDLING));
  return diary.pause(gap, gap);
}

/** Ends in after call work, or at the end of a call that needs none. */
function takeCall(diary: Diary, random: SeededRandom, device: Device): void {
  diary.say(BUSY[device]);
  diary.wait(30, 2_400);
  if (random.chance(0.12)) return;
  diary.say(ACW[device]);
  diary.wait(10, 480);
}

/** Returns the device on which the agent is available afterwards. */
function doActivity(
  diary: Diary,
  random: SeededRandom,
  { kind, by, status, seconds }: Activity,
  device: Device,
  teams: readonly Team[],
): Device {
  switch (kind) {
    case 'custom':
      diary.say(custom(status, device), by);
      diary.wait(seconds, Math.floor(seconds * 1.3));
      if (random.chance(0.05)) {
        diary.say(OFFLINE);
        diary.wait(60, 600);
      }
      diary.say(AVAILABLE[device], random.chance(0.04) ? 'other' : 'self');
      return device;
    case 'device': {
      const next = device === 'browser' ? 'mobile' : 'browser';
      diary.say(AVAILABLE[next]);
      return next;
    }
    case 'teams':
      diary.say({ teams: otherTeams(random, teams) }, 'other');
      return device;
    case 'record':
      diary.say({}, 'other');
      diary.pass(SECOND);
      return device;
    default:
      throw new Error(`no such activity: ${String(kind satisfies never)}`);
  }
}

/** Another team first than before, at times beside it. */
function otherTeams(random: SeededRandom, [team, ...more]: readonly Team[]): readonly Team[] {
  const index = TEAMS.findIndex(({ id }) => id === team?.id);
  const other = TEAMS[(index + random.between(1, TEAMS.length - 1)) % TEAMS.length] ?? TEAMS[0];
  return team === undefined || more.length > 0 || random.chance(0.7) ? [other] : [other, team];
}

/** Some forget it; half of those are signed out by a supervisor later on. */
function signOut(diary: Diary, random: SeededRandom): void {
  let by: Actor = 'self';
  if (random.chance(FORGETS)) {
    if (random.chance(0.5)) return;
    diary.pass(random.between(3_600, 3 * 3_600) * SECOND);
    by = 'other';
  }
  if (random.chance(0.7)) {
    diary.say({ ...OFFLINE, loggedIn: false }, by);
    return;
  }
  diary.say(OFFLINE, by);
  diary.wait(2, 60);
  diary.say({ loggedIn: false }, by);
}

// Everything that happens to an agent in the window, as steps in the order of time, one shift in memory at a time.
import { offsetAt } from '@libs/domain';
import { OFFLINE, stepOf, type AgentState, type Moment, type Step } from './agent-state.js';
import type { AgentProfile } from './agent-profile.js';
import { SeededRandom } from './seeded-random.js';
import { shiftMoments } from './shift.js';
import type { Simulation } from './simulation-options.js';
import { DAY, HOUR, SECOND } from './units.js';

const SICK = 0.03;
/** 1970-01-01 was a Thursday; Monday is 0. */
const EPOCH_WEEKDAY = 3;

export function* agentLife(
  index: number,
  profile: AgentProfile,
  simulation: Simulation,
): Generator<Step, void> {
  const random = new SeededRandom(simulation.seed, index, 1);
  let state = stateBefore(random, profile, simulation);
  let n = 0;
  for (const moment of moments(random, profile, simulation, () => state)) {
    if (moment.at >= simulation.to) return;
    const step = stepOf(n, state, moment);
    yield step;
    state = step.after;
    n += 1;
  }
}

/** Signed out since some time before the window, or since the record was made. */
function stateBefore(random: SeededRandom, profile: AgentProfile, { from }: Simulation): AgentState {
  const { createdAt, teams } = profile;
  const since = Math.max(createdAt, from - random.between(3_600, 60 * 3_600) * SECOND);
  const record = { teams, loggedIn: false, deleted: false };
  return { ...OFFLINE, ...record, statusSince: since, updatedAt: since, lastCallAt: null };
}

/** Without end: the caller stops. `now`: the state after everything that was yielded. */
function* moments(
  random: SeededRandom,
  profile: AgentProfile,
  simulation: Simulation,
  now: () => AgentState,
): Generator<Moment, void> {
  const { rota, zone, leavesAt, returnsAt, worksFrom, device } = profile;
  const { callsPerHour, sameSecond } = simulation;
  const isFree = (at: number): boolean => at > now().updatedAt;
  for (let day = Math.floor(worksFrom / DAY) - 1; ; day += 1) {
    const midnight = day * DAY;
    if (midnight > simulation.to + 2 * DAY) return;
    const isWorkday = rota.worksOn[(day + EPOCH_WEEKDAY) % 7] === true && !random.chance(SICK);
    const onTime = midnight + rota.startsAt;
    const offset = offsetAt(zone, onTime - offsetAt(zone, onTime));
    const start = onTime - offset + random.between(-300, 600) * SECOND;
    if (start >= leavesAt && !now().deleted && start < returnsAt) {
      yield { at: Math.max(leavesAt, now().updatedAt + HOUR), by: 'other', change: { deleted: true } };
    }
    if (start >= returnsAt && now().deleted) {
      const at = Math.max(returnsAt, now().updatedAt + HOUR);
      if (at < start) yield { at, by: 'other', change: { deleted: false } };
    }
    if (!isWorkday || now().deleted || start < worksFrom || !isFree(start)) continue;
    const shift = { device, start, length: rota.length, offset, callsPerHour, sameSecond };
    yield* shiftMoments(random, shift, now());
  }
}

// A contact centre's week, made from a seed: what truly happened, and the payloads of it in the order in which a feed with
// faults would bring them. The same options give the same week on every machine.
import type { JsonObject } from '@libs/domain';
import { seededRandom } from '@libs/event-store/testing';
import { agentWeek, DAY, HOUR, SECOND, stateBefore, type Random } from './agent-week.js';
import { stepsOf, trueIntervals, type TrueInterval } from './true-intervals.js';
import { foreignPayload, updatePayload, type Person } from './update-payload.js';

/** Shares of a thousand. */
export interface Faults {
  readonly lost: number;
  readonly doubled: number;
  /** By up to a day and a half; the others by up to two seconds. */
  readonly delayed: number;
  /** Payloads of another product, as a share of the feed. */
  readonly foreign: number;
}

export interface WeekOptions {
  readonly seed: number;
  readonly accountId: number;
  readonly agents: number;
  /** UTC epoch ms. */
  readonly from: number;
  readonly days: number;
  readonly callsADay: number;
  readonly faults: Faults;
}

export interface SimulatedWeek {
  /** Payloads in the order of arrival. */
  readonly arrivals: readonly JsonObject[];
  /** By agent id: what truly happened, ordered by track, then time. */
  readonly truth: ReadonlyMap<string, readonly TrueInterval[]>;
}

const ZONES = [
  { timeZone: 'Chennai', shiftStartsAt: 3 },
  { timeZone: 'Berlin', shiftStartsAt: 8 },
  { timeZone: 'Eastern Time (US & Canada)', shiftStartsAt: 13 },
  { timeZone: 'Sydney', shiftStartsAt: 22 },
];

interface Arrival {
  readonly arrivesAt: number;
  readonly payload: JsonObject;
}

export function simulatedWeek(options: WeekOptions): SimulatedWeek {
  const random = seededRandom(options.seed);
  const truth = new Map<string, readonly TrueInterval[]>();
  const arrivals: Arrival[] = [];
  for (let index = 0; index < options.agents; index += 1) {
    const { timeZone, shiftStartsAt } = ZONES[index % ZONES.length]!;
    const agentId = 787_000 + 13 * index;
    const person: Person = { accountId: options.accountId, agentId, name: `Agent ${index}`, timeZone };
    const week = { ...options, shiftStartsAt };
    const steps = stepsOf(stateBefore(random, week), agentWeek(random, week));
    if (steps.length === 0) continue;
    truth.set(String(agentId), trueIntervals(steps));
    for (const [at, step] of steps.entries()) {
      const payload = updatePayload(random, person, step, at === 0);
      arrivals.push(...deliveries(random, options.faults, payload, step.moment.at));
    }
  }
  const foreign = Math.round((arrivals.length * options.faults.foreign) / 1_000);
  for (let number = 0; number < foreign; number += 1) {
    const at = options.from + random(options.days * 24 * 3_600) * SECOND;
    const payload = foreignPayload(random, options.accountId, number);
    arrivals.push(...deliveries(random, options.faults, payload, at));
  }
  arrivals.sort((one, other) => one.arrivesAt - other.arrivesAt);
  return { arrivals: arrivals.map(({ payload }) => payload), truth };
}

/** None, one or two. The second is of the same request, or of another with the same `data`. */
function deliveries(random: Random, faults: Faults, payload: JsonObject, at: number): Arrival[] {
  const isHit = (share: number): boolean => random(1_000) < share;
  const latency = (): number => (isHit(faults.delayed) ? random(1.5 * DAY) : random(2 * SECOND));
  if (isHit(faults.lost)) return [];
  const first = { arrivesAt: at + latency(), payload };
  if (!isHit(faults.doubled)) return [first];
  const again = random(2) === 0 ? payload : { ...payload, timestamp: at + random(HOUR) };
  return [first, { arrivesAt: first.arrivesAt + random(HOUR), payload: again }];
}

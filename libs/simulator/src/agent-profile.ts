// Who an agent is and when it works: fixed before its life begins.
import { resolveTimeZone, type Team } from '@libs/domain';
import type { Device } from './agent-state.js';
import { SeededRandom } from './seeded-random.js';
import type { Simulation } from './simulation-options.js';
import { DAY, HOUR, MINUTE, SECOND } from './units.js';

/** Local time of the agent's zone. */
export interface Rota {
  /** By weekday, Monday first. */
  readonly worksOn: readonly boolean[];
  /** Ms after midnight; a shift can run over the next. */
  readonly startsAt: number;
  readonly length: number;
}

/** Times in UTC epoch ms; what does not happen in the window is Infinity. */
export interface AgentProfile {
  readonly agentId: number;
  readonly userId: number;
  readonly accountId: number;
  readonly name: string;
  readonly email: string;
  readonly freshId: string;
  /** A Rails name, and what it means. */
  readonly timeZone: string;
  readonly zone: string;
  readonly rota: Rota;
  readonly device: Device;
  readonly teams: readonly Team[];
  readonly createdAt: number;
  /** No shift begins before. */
  readonly worksFrom: number;
  /** The record is deleted then, or when the shift is over. */
  readonly leavesAt: number;
  /** The record is restored. */
  readonly returnsAt: number;
}

const FIRST_AGENT_ID = 787_000;
const NEVER = Infinity;
// Of every 25 agents one is new, one leaves; every second who leaves comes back.
const ONE_IN = 25;
const [NEW, LEAVING] = [7, 13];

export const TEAMS: readonly [Team, ...Team[]] = [
  { id: 't-17', name: 'Billing' },
  { id: 't-20', name: 'VIP' },
  { id: 't-23', name: 'Returns & Refunds' },
  { id: 't-28', name: 'Técnico' },
  { id: 't-31', name: 'Nights' },
];
const ZONES: readonly [string, ...string[]] = [
  ...(['Chennai', 'Chennai', 'Eastern Time (US & Canada)', 'Eastern Time (US & Canada)', 'Berlin'] as const),
  ...['Berlin', 'London', 'Pacific Time (US & Canada)', 'Sydney', 'Kathmandu'],
];
const FIRST_NAMES: readonly [string, ...string[]] = [
  ...(['Mira', 'Ravi', 'Ana', 'Jonas', 'Chloé', 'Deepa', 'Marek', 'Grace', 'Łukasz', 'Siobhán'] as const),
  ...[
    'Tomás',
    'Ines',
    'Kofi',
    'Yuki',
    'Noor',
    'Petra',
    'Sam',
    'Wei',
    'Zoë',
    'Arjun',
    'Elif',
    'Hugo',
    'Priya',
  ],
];
const LAST_NAMES: readonly [string, ...string[]] = [
  ...([
    'Rao',
    'Keller',
    'Okafor',
    'Nguyen',
    'O’Brien',
    'Sharma',
    'Müller',
    'Silva',
    'Novák',
    'Thapa',
  ] as const),
  ...['Iyer', 'García', 'Smith', 'Tanaka', 'Haddad', 'Larsen', 'Moreau', 'Kaya', 'Jones', 'Das', 'Brandt'],
];

export function agentProfile(index: number, simulation: Simulation): AgentProfile {
  const random = new SeededRandom(simulation.seed, index, 0);
  const { accountId, from, to } = simulation;
  const agentId = FIRST_AGENT_ID + 13 * index;
  const timeZone = random.pick(ZONES);
  const rota = random.pick<typeof weekdays>([
    ...([weekdays, weekdays, weekdays, weekdays, weekdays] as const),
    ...[weekdays, partTime, partTime, nights, nights],
  ])(random);
  const isNew = index % ONE_IN === NEW;
  const leaves = index % ONE_IN === LEAVING;
  const returns = index % (2 * ONE_IN) === LEAVING + ONE_IN;
  const within = (min: number, max: number): number =>
    from + Math.floor(((to - from) * random.between(min * 100, max * 100)) / 100 / SECOND) * SECOND;
  const worksFrom = isNew ? within(0.2, 0.6) : from;
  return {
    ...{ agentId, userId: agentId + 5_000_000, accountId, timeZone, rota, worksFrom },
    name: `${random.pick(FIRST_NAMES)} ${random.pick(LAST_NAMES)}`,
    email: `agent.${agentId}@example.com`,
    freshId: `5b0e1f6c-64b9-4d2f-8a2b-${String(agentId).padStart(12, '0')}`,
    zone: resolveTimeZone(timeZone) ?? 'UTC',
    device: random.pick<Device>([
      ...(['browser', 'browser', 'browser', 'browser'] as const),
      ...(['browser', 'browser', 'browser', 'mobile', 'mobile', 'forwarding'] as const),
    ]),
    teams: [random.pick(TEAMS)],
    createdAt: isNew ? worksFrom - HOUR : from - random.between(60, 900) * DAY,
    leavesAt: leaves ? within(0.3, 0.6) : NEVER,
    returnsAt: leaves && returns ? within(0.7, 0.9) : NEVER,
  };
}

function weekdays(random: SeededRandom): Rota {
  const startsAt = 8 * HOUR + random.between(0, 4) * 30 * MINUTE;
  return { worksOn: [true, true, true, true, true, false, false], startsAt, length: 8.5 * HOUR };
}

function partTime(random: SeededRandom): Rota {
  const free = random.between(0, 4);
  const startsAt = 9 * HOUR + random.between(0, 8) * 30 * MINUTE;
  return { worksOn: [0, 1, 2, 3, 4, 5, 6].map((day) => day < 5 && day !== free), startsAt, length: 4 * HOUR };
}

function nights(random: SeededRandom): Rota {
  const free = random.between(0, 6);
  const worksOn = [0, 1, 2, 3, 4, 5, 6].map((day) => day !== free && day !== (free + 1) % 7);
  return { worksOn, startsAt: 22 * HOUR + random.between(0, 2) * 30 * MINUTE, length: 8 * HOUR };
}

// What is to be simulated. The instants are given: the simulator never asks for the time.
import { NO_FAULTS, type Faults } from './faults.js';
import { SECOND } from './units.js';

export interface SimulationOptions {
  /** Any safe integer; the same options give the same bytes. */
  readonly seed: number;
  readonly accountId: number;
  readonly agents: number;
  /** UTC epoch ms: everybody is signed out; shifts that begin from then on are worked. */
  readonly from: number;
  /** UTC epoch ms: nothing happens from then on; what goes on then has no end. Late payloads still arrive. */
  readonly to: number;
  /** Calls that an agent takes in the busiest hour, about; 4 if not given. 0 is possible, and fractions are. */
  readonly callsPerHour?: number;
  /** The share of changes that fall into the same second as the one before, about (three a second at most); 0 if not given. */
  readonly sameSecond?: number;
  /** None if not given. They change nothing of what truly happens. */
  readonly faults?: Partial<Faults>;
}

export type Simulation = Required<Omit<SimulationOptions, 'faults'>> & { readonly faults: Faults };

/** Times in whole seconds. Throws RangeError on what cannot be simulated. */
export function withDefaults(options: SimulationOptions): Simulation {
  const { callsPerHour = 4, sameSecond = 0, from, to } = options;
  const faults = { ...NO_FAULTS, ...options.faults };
  for (const [name, share] of Object.entries({ sameSecond, ...faults })) {
    if (!(share >= 0 && share <= 1)) throw new RangeError(`${name} must be a share of 0 to 1, not ${share}`);
  }
  for (const name of ['seed', 'accountId', 'agents', 'from', 'to'] as const) {
    if (!Number.isSafeInteger(options[name])) throw new RangeError(`${name} must be an integer`);
  }
  if (!(callsPerHour >= 0 && callsPerHour <= 60)) throw new RangeError('callsPerHour must be 0 to 60');
  if (from >= to) throw new RangeError('from must lie before to');
  return {
    ...options,
    ...{ callsPerHour, sameSecond, faults },
    from: Math.ceil(from / SECOND) * SECOND,
    to: Math.ceil(to / SECOND) * SECOND,
  };
}

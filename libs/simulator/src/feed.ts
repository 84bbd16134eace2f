// The payloads of all agents in the order in which a feed with faults brings them. Agents are merged by the time of their
// next change; what is on its way waits in a queue by its arrival. Neither the agents' lives nor the feed sit in memory.
import { agentLife } from './agent-life.js';
import { agentProfile } from './agent-profile.js';
import type { Step } from './agent-state.js';
import { changesDerived, type Omissions } from './diff-text.js';
import { emptyTally, type FaultCount, type FeedTally } from './faults.js';
import { foreignPayload } from './foreign-payload.js';
import { Heap } from './heap.js';
import { payloadText, personText, wrapped, type PersonText } from './payload-text.js';
import { SeededRandom } from './seeded-random.js';
import { withDefaults, type Simulation, type SimulationOptions } from './simulation-options.js';
import { statusNames, type NameStatus } from './statuses.js';
import { DAY, HOUR, MINUTE, SECOND } from './units.js';

export interface Arrival {
  /** UTC epoch ms; never before the one before it. */
  readonly arrivesAt: number;
  /** One payload as JSON, without a line break. */
  readonly text: string;
}

export interface Feed {
  /** Can be read once. */
  readonly arrivals: Iterable<Arrival>;
  /** Grows while it is read. */
  readonly tally: FeedTally;
}

const ALIKE: Omissions = { derived: false, old: false };

export function simulateFeed(options: SimulationOptions): Feed {
  const simulation = withDefaults(options);
  const tally = emptyTally();
  return { arrivals: arrivals(simulation, tally), tally };
}

interface Waiting extends Arrival {
  readonly number: number;
}

function* arrivals(simulation: Simulation, tally: FeedTally): Generator<Arrival, void> {
  const onTheirWay = new Heap<Waiting>(
    (one, other) =>
      one.arrivesAt < other.arrivesAt || (one.arrivesAt === other.arrivesAt && one.number < other.number),
  );
  const sender = new Sender(simulation, tally, (arrivesAt, text) => {
    tally.deliveries += 1;
    onTheirWay.push({ arrivesAt, text, number: tally.deliveries });
  });
  const arrived = function* (until: number): Generator<Arrival, void> {
    for (
      let next = onTheirWay.peek();
      next !== undefined && next.arrivesAt < until;
      next = onTheirWay.peek()
    ) {
      onTheirWay.pop();
      yield next;
    }
  };
  for (const { life, step } of allSteps(simulation)) {
    // Nothing arrives before it happened.
    yield* arrived(step.after.updatedAt);
    sender.send(life, step);
  }
  yield* arrived(Infinity);
}

/** An agent's life so far, with the chance that its payloads meet. */
interface Life {
  readonly index: number;
  readonly steps: Iterator<Step, void>;
  readonly person: PersonText;
  readonly random: SeededRandom;
  step: Step;
}

/** The steps of all agents in the order of time, then of agents. */
function* allSteps(simulation: Simulation): Generator<{ life: Life; step: Step }, void> {
  const lives = new Heap<Life>((one, other) => {
    const [at, otherAt] = [one.step.after.updatedAt, other.step.after.updatedAt];
    return at < otherAt || (at === otherAt && one.index < other.index);
  });
  for (let index = 0; index < simulation.agents; index += 1) {
    const profile = agentProfile(index, simulation);
    const steps = agentLife(index, profile, simulation);
    const first = steps.next();
    if (first.done === true) continue;
    const random = new SeededRandom(simulation.seed, index, 2);
    lives.push({ index, steps, person: personText(profile), random, step: first.value });
  }
  for (let life = lives.peek(); life !== undefined; life = lives.peek()) {
    yield { life, step: life.step };
    const next = life.steps.next();
    if (next.done === true) {
      lives.pop();
      continue;
    }
    life.step = next.value;
    lives.replace(life);
  }
}

class Sender {
  private readonly names: NameStatus;

  constructor(
    private readonly simulation: Simulation,
    private readonly tally: FeedTally,
    private readonly deliver: (arrivesAt: number, text: string) => void,
  ) {
    this.names = statusNames(simulation);
  }

  send({ person, random }: Life, step: Step): void {
    const { faults, accountId } = this.simulation;
    const { tally } = this;
    const at = step.after.updatedAt;
    tally.changes += 1;
    if (hits(random, faults.foreign, tally.foreign)) {
      this.deliver(at, foreignPayload(random, accountId, tally.foreign.hit, at));
    }
    const payload = payloadText(random, person, step, this.names, this.omissions(random, step));
    if (hits(random, faults.lost, tally.lost)) return;
    const arrivesAt = at + this.delay(random);
    const text = wrapped(random, payload);
    this.deliver(arrivesAt, text);
    if (!hits(random, faults.doubled, tally.doubled)) return;
    const again = random.chance(0.5) ? text : wrapped(random, payload);
    this.deliver(arrivesAt + random.between(0, HOUR), again);
  }

  private omissions(random: SeededRandom, step: Step): Omissions {
    if (step.n === 0) return ALIKE;
    const { faults } = this.simulation;
    const { tally } = this;
    return {
      derived: changesDerived(step) && hits(random, faults.derivedMissing, tally.derivedMissing),
      old: hits(random, faults.unknownOld, tally.unknownOld),
    };
  }

  private delay(random: SeededRandom): number {
    const { late, shuffled } = this.simulation.faults;
    if (hits(random, late, this.tally.late)) return random.between(MINUTE, 1.5 * DAY);
    return hits(random, shuffled, this.tally.shuffled) ? random.between(1, 5 * SECOND) : 0;
  }
}

function hits(random: SeededRandom, share: number, count: FaultCount): boolean {
  const isHit = random.chance(share);
  count.of += 1;
  if (isHit) count.hit += 1;
  return isHit;
}

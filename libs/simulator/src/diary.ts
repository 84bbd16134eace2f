// Moments in order, as they are lived: time passes, and then something happens. It never goes back.
import type { Actor } from '@libs/domain';
import type { AgentValues, Moment } from './agent-state.js';
import type { SeededRandom } from './seeded-random.js';
import { SECOND } from './units.js';

/** More changes of one second can be put into a wrong order by whoever reads them. */
const MOST_IN_A_SECOND = 3;

export class Diary {
  readonly moments: Moment[] = [];
  private inThisSecond = 0;

  /** `at`: UTC epoch ms, whole seconds. `sameSecond`: the share of waits that are none. */
  constructor(
    public at: number,
    private readonly random: SeededRandom,
    private readonly sameSecond: number,
  ) {}

  say(change: Partial<AgentValues>, by: Actor = 'self'): void {
    this.moments.push({ at: this.at, by, change });
    this.inThisSecond += 1;
  }

  /** Ms of `min` to `max` seconds, short more often; now and then 0. */
  pause(min: number, max: number): number {
    const mayBeNone = this.inThisSecond > 0 && this.inThisSecond < MOST_IN_A_SECOND;
    if (mayBeNone && this.random.chance(this.sameSecond)) return 0;
    return this.random.skewed(min, max) * SECOND;
  }

  wait(min: number, max: number): void {
    this.pass(this.pause(min, max));
  }

  /** At least a second passes. */
  passUntil(at: number): void {
    this.pass(Math.max(SECOND, at - this.at));
  }

  pass(ms: number): void {
    this.at += ms;
    if (ms > 0) this.inThisSecond = 0;
  }
}

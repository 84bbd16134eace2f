// Other runs and other specs may have used a real server before, and it keeps what they wrote: an account that none of
// them has.
import { randomInt } from 'node:crypto';

/** Always of ten digits, so that texts that name it are equally long on every run. */
export function accountOfRun(): number {
  return randomInt(1_000_000_000, 2_000_000_000);
}

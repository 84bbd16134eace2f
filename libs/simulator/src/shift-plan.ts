// What is planned for a shift besides calls: lunch, breaks, meetings, and what others do to the agent's record.
import type { Actor } from '@libs/domain';
import type { SeededRandom } from './seeded-random.js';
import type { Shift } from './shift.js';
import { BACK_OFFICE_ID, BREAK_ID, COACHING_ID, LUNCH_ID, MEETING_ID, TRAINING_ID } from './statuses.js';
import { HOUR, SECOND } from './units.js';

/** `record`: only its `updated_at` moves. Of `custom` alone `status` and `seconds` mean something. */
export interface Activity {
  readonly kind: 'custom' | 'device' | 'teams' | 'record';
  /** Not before; UTC epoch ms. */
  readonly at: number;
  readonly by: Actor;
  readonly status: number;
  readonly seconds: number;
}

const LONG_SHIFT = 6 * HOUR;

/** In the order of their time. */
export function planShift(random: SeededRandom, { start, length, device }: Shift): Activity[] {
  const plan: Activity[] = [];
  /** `from` to `to`: shares of the shift. */
  const add = (
    kind: Activity['kind'],
    [from, to]: readonly [number, number],
    { by = 'self', status = 0, minutes = 0 }: { by?: Actor; status?: number; minutes?: number } = {},
  ): void => {
    const share = from + (to - from) * random.next();
    const at = start + Math.floor((share * length) / SECOND) * SECOND;
    plan.push({ kind, at, by, status, seconds: minutes * 60 });
  };
  const supervised = (share: number): Actor => (random.chance(share) ? 'other' : 'self');

  add('custom', [0.2, 0.3], { status: BREAK_ID, minutes: random.between(8, 14), by: supervised(0.02) });
  if (length >= LONG_SHIFT) {
    add('custom', [0.45, 0.58], { status: LUNCH_ID, minutes: random.between(28, 45) });
    add('custom', [0.72, 0.82], { status: BREAK_ID, minutes: random.between(8, 14), by: supervised(0.02) });
  }
  if (random.chance(0.3)) {
    const status = random.pick([COACHING_ID, TRAINING_ID, MEETING_ID, BACK_OFFICE_ID]);
    add('custom', [0.1, 0.95], { status, minutes: random.between(15, 60), by: supervised(0.5) });
  }
  if (device !== 'browser' && random.chance(0.3)) add('device', [0.1, 0.9]);
  if (random.chance(0.01)) add('teams', [0.05, 0.95]);
  if (random.chance(0.1)) add('record', [0.05, 0.95]);
  return plan.sort((one, other) => one.at - other.at);
}

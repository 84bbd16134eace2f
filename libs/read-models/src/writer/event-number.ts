// An event's position as the read model keeps it: a number, which rows and indexes hold in eight bytes.
import { ModelDamagedError } from '@libs/projection';

/** Throws `ModelDamagedError` for a position that a number cannot tell from the next one. */
export function eventNumber(position: bigint): number {
  const number = Number(position);
  if (Number.isSafeInteger(number)) return number;
  throw new ModelDamagedError(
    `the log's position ${position} is beyond 2^53 - 1, the last one that a read model can keep`,
  );
}

// Long work in slices, so that the event loop turns between them and no other request waits for all of it.
import { setImmediate as nextTurn } from 'node:timers/promises';

const SLICE_MS = 10;

/** `pause` returns at once while the slice lasts, else after a turn of the event loop. */
export interface TimeSlice {
  isOver(): boolean;
  pause(): Promise<void>;
}

export function createTimeSlice(now: () => number = () => performance.now()): TimeSlice {
  let end = now() + SLICE_MS;
  return {
    isOver: () => now() >= end,
    pause: async () => {
      await nextTurn();
      end = now() + SLICE_MS;
    },
  };
}

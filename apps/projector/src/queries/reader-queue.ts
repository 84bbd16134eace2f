// Who reads next: so many at a time, in the order of asking, with a bound on those that wait.
// A piece of work is waiting → running → done. From waiting it can also leave: whoever asked has gone, or nothing may
// wait any longer. What runs is never given up here.
import { QueryAbandonedError, ReaderBusyError } from './query-reader.js';

export interface ReaderQueue {
  /** Runs `work` once it is its turn. Throws `ReaderBusyError` or, when `gone` fires before, `QueryAbandonedError`. */
  run<T>(work: () => Promise<T>, gone?: AbortSignal): Promise<T>;
  readonly waiting: () => number;
  /** Refuses what waits, and from now on whatever would have to. */
  readonly refuseWaiting: () => void;
}

interface Waiter {
  readonly start: () => void;
  readonly refuse: () => void;
}

export function createReaderQueue(limits: {
  readonly readers: number;
  readonly mostWaiting: number;
}): ReaderQueue {
  const waiters = new Set<Waiter>();
  let { mostWaiting } = limits;
  let running = 0;

  function turn(gone?: AbortSignal): Promise<void> {
    if (gone?.aborted === true) return Promise.reject(new QueryAbandonedError());
    if (running < limits.readers) {
      running += 1;
      return Promise.resolve();
    }
    if (waiters.size >= mostWaiting) return Promise.reject(new ReaderBusyError());
    return new Promise((resolve, reject) => {
      const leaving = (settle: () => void) => () => {
        waiters.delete(waiter);
        gone?.removeEventListener('abort', abandon);
        settle();
      };
      const abandon = leaving(() => reject(new QueryAbandonedError()));
      const waiter: Waiter = {
        start: leaving(() => {
          running += 1;
          resolve();
        }),
        refuse: leaving(() => reject(new ReaderBusyError())),
      };
      gone?.addEventListener('abort', abandon);
      waiters.add(waiter);
    });
  }

  function done(): void {
    running -= 1;
    const [next] = waiters;
    next?.start();
  }

  return {
    run: async (work, gone) => {
      await turn(gone);
      return work().finally(done);
    },
    waiting: () => waiters.size,
    refuseWaiting: () => {
      mostWaiting = 0;
      for (const waiter of waiters) waiter.refuse();
    },
  };
}

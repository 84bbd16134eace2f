// Lets followers of this process sleep until an append wakes them, a time passes or their signal fires.

export interface Waker {
  wakeAll(): void;
  /** True when woken by `wakeAll`, false after `ms` or when the signal fired. Never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<boolean>;
}

export function createWaker(): Waker {
  const sleepers = new Set<() => void>();
  return {
    wakeAll: () => {
      for (const wake of sleepers) wake();
    },
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) {
          resolve(false);
          return;
        }
        const end = (woken: boolean) => {
          clearTimeout(timer);
          signal.removeEventListener('abort', onAbort);
          sleepers.delete(onWake);
          resolve(woken);
        };
        const onWake = () => end(true);
        const onAbort = () => end(false);
        const timer = setTimeout(() => end(false), ms);
        sleepers.add(onWake);
        signal.addEventListener('abort', onAbort, { once: true });
      }),
  };
}

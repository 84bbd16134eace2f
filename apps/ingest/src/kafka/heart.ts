// Keeps a member of the group alive while it works, so that no partition is taken away for a slow commit.

const BEAT_MS = 500;

export interface Heart {
  /** The work's own outcome. A beat that fails meanwhile is news for the next `beat`, after the work has ended. */
  during<T>(work: Promise<T>): Promise<T>;
  /** Throws what a beat has failed with: the group rebalances, or the brokers are gone. */
  beat(): Promise<void>;
}

/** `heartbeat` sends one only when it is due. */
export function createHeart(heartbeat: () => Promise<void>): Heart {
  let failed: { readonly error: unknown } | null = null;
  return {
    during: async (work) => {
      const timer = setInterval(() => {
        heartbeat().catch((error: unknown) => (failed ??= { error }));
      }, BEAT_MS);
      try {
        return await work;
      } finally {
        clearInterval(timer);
      }
    },
    beat: async () => {
      if (failed !== null) throw failed.error;
      await heartbeat();
    },
  };
}

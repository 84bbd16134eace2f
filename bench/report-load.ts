// Readers who ask for one report again and again, each on a connection of its own: what the service does beside its work.
import { httpRequest } from './http-request.js';

export interface ReportLoad {
  /** Ends it; gives how long each answer took, in ms. Throws when one failed. */
  stop(): Promise<readonly number[]>;
}

export function askContinuously(url: string, connections: number): ReportLoad {
  const took: number[] = [];
  let stopped = false;
  const ask = async (): Promise<void> => {
    while (!stopped) {
      const began = performance.now();
      await httpRequest(url);
      took.push(performance.now() - began);
    }
  };
  const asking = Promise.all(Array.from({ length: connections }, ask));
  // Heard in `stop`, whenever that is.
  asking.catch(() => undefined);
  return {
    stop: async () => {
      stopped = true;
      await asking;
      return took;
    },
  };
}

// A position that nothing sent from now on can be written at or before. The server answers an append whose events it has
// already as it answered the first one: by its position, this tells the one from the other.
import type { Position } from '../event-store.js';

/** Appends that come while one question is on its way share the next one. */
export type Watermark = () => Promise<Position>;

export function createWatermark(endOfLog: () => Promise<Position | null>): Watermark {
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<Position> | null = null;

  return () => {
    next ??= running.then(async () => {
      // Whoever asks from here on may have seen an event that this answer does not: they wait for another.
      next = null;
      return (await endOfLog()) ?? -1n;
    });
    const asked = next;
    running = asked.catch(() => undefined);
    return asked;
  };
}

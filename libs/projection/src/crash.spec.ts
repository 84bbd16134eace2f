// P1: a process that dies at any await leaves rows that equal the fold up to its checkpoint, and the next one goes on.
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readToHead, tempFolders } from '@libs/event-store/testing';
import { foldCounts, openCountModel } from './testing/count-model.js';
import type { Pause } from './testing/count-model.js';
import { openStoreWith, projectTo, startProjection } from './testing/projection-harness.js';

const EVENTS = 11;
const BATCH = 4;

/** From its `nth` pause on, the model never comes back, as if its process were gone. */
function dyingAt(nth: number): { pause: Pause; died: Promise<void> } {
  let pauses = 0;
  let die: () => void;
  const died = new Promise<void>((resolve) => (die = resolve));
  const pause: Pause = () => {
    pauses += 1;
    if (pauses < nth) return Promise.resolve();
    die();
    return new Promise(() => undefined);
  };
  return { pause, died };
}

describe('P1: rows and checkpoint move together', () => {
  const newFolder = tempFolders();

  it('killed at any await, the rows equal the fold up to the checkpoint, and the next run completes them', async () => {
    const store = await openStoreWith(newFolder(), EVENTS);
    const events = await readToHead(store);
    const head = BigInt(EVENTS);
    const checkpoints = new Set<bigint | null>();

    for (let nth = 1, survived = false; !survived; nth += 1) {
      const file = join(newFolder(), 'model.db');
      const { pause, died } = dyingAt(nth);
      const doomed = openCountModel(file, pause);
      const running = startProjection(store, doomed, BATCH);
      const finished = running.reached(({ position }) => position === head).then(() => true);
      survived = await Promise.race([finished, died.then(() => false)]);
      void running.stop();
      doomed.close();

      const model = openCountModel(file);
      const checkpoint = await model.checkpoint();
      checkpoints.add(checkpoint);
      expect(model.rows()).toEqual(
        foldCounts(events.filter(({ position }) => position <= (checkpoint ?? 0n))),
      );
      await projectTo(store, model, head, BATCH);
      expect(model.rows()).toEqual(foldCounts(events));
      model.close();
    }

    expect(checkpoints).toEqual(new Set([null, 4n, 8n, 11n]));
    await store.close();
  });
});

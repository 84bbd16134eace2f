// P2: two projectors on one read model.
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readToHead, tempFolders } from '@libs/event-store/testing';
import { CheckpointMismatchError } from './errors.js';
import { foldCounts, openCountModel } from './testing/count-model.js';
import { openStoreWith, projectTo, startProjection } from './testing/projection-harness.js';

describe('P2: two projectors on one model', () => {
  const newFolder = tempFolders();

  it("the loser's commit fails, it stops with the reason, and the rows equal the fold", async () => {
    const store = await openStoreWith(newFolder(), 60);
    const file = join(newFolder(), 'model.db');
    const models = [openCountModel(file), openCountModel(file)];
    const both = models.map((model) => startProjection(store, model, 7));

    const outcomes = await Promise.allSettled(
      both.map((running) => running.reached(({ position }) => position === 60n)),
    );
    const loser = outcomes.findIndex(({ status }) => status === 'rejected');
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(both[loser]!.done).rejects.toThrow(CheckpointMismatchError);
    expect(both[loser]!.statuses.at(-1)).toMatchObject({
      state: 'failed',
      lastErrorCode: 'checkpoint-mismatch',
    });
    await both[1 - loser]!.stop();

    expect(models[0]!.rows()).toEqual(foldCounts(await readToHead(store)));
    models.forEach((model) => model.close());
    await store.close();
  });

  it('one that slept through the work of another is fenced when it wakes', async () => {
    const store = await openStoreWith(newFolder(), 20);
    const file = join(newFolder(), 'model.db');
    let wake: () => void = () => undefined;
    const sleeping = new Promise<void>((resolve) => (wake = resolve));
    const zombie = openCountModel(file, (where) => (where === 'begin' ? sleeping : Promise.resolve()));
    const paused = startProjection(store, zombie, 6);
    const other = openCountModel(file);
    await projectTo(store, other, 20n, 6);
    wake();
    await expect(paused.done).rejects.toThrow(CheckpointMismatchError);
    expect(other.rows()).toEqual(foldCounts(await readToHead(store)));
    zombie.close();
    other.close();
    await store.close();
  });
});

// P5: an event that cannot be applied stops the projection at it, visibly, until an event says to skip it.
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { eventId, tempFolders } from '@libs/event-store/testing';
import { foldCounts, openCountModel } from './testing/count-model.js';
import {
  appendMore,
  eventsBut,
  openStoreWith,
  projectTo,
  recordSkip,
  startProjection,
} from './testing/projection-harness.js';

const newFolder = tempFolders();
const newModel = () => openCountModel(join(newFolder(), 'model.db'));

describe('P5: a poison event', () => {
  it.each([
    ['named by the model, in the middle', 'typed', 5n, 100],
    ['named by the model, first of all', 'typed', 1n, 100],
    ['found by splitting, in the middle', 'plain', 5n, 100],
    ['found by splitting, first of all', 'plain', 1n, 100],
    ['found by splitting, last of all', 'plain', 10n, 100],
    ['last of its batch', 'plain', 6n, 3],
    ['alone in its batch', 'plain', 5n, 1],
  ])(
    '%s: all before it is committed, it stops there, and goes on when told to skip',
    async (_where, poison, at, size) => {
      const store = await openStoreWith(newFolder(), 10, (n) => (n === Number(at) ? { poison } : {}));
      const model = newModel();
      const running = startProjection(store, model, size);

      const stopped = await running.reached(({ state }) => state === 'stopped-at-poison');
      const before = at === 1n ? null : at - 1n;
      expect(stopped).toMatchObject({
        position: before,
        poison: { position: at, eventId: eventId(Number(at)), cause: 'TypeError: cannot be folded' },
        lastErrorCode: 'poison-event',
        head: 10n,
        lagEvents: 10 - Number(before ?? 0n),
        lagSeconds: 90,
      });
      const kept = (await eventsBut(store)).filter(({ position }) => position < at);
      expect(model.rows()).toEqual(foldCounts(kept));
      await recordSkip(store, at);
      const after = await running.reached(({ position, state }) => position === 11n && state === 'live');
      expect(after).toMatchObject({ poison: null, lastErrorCode: null, lagEvents: 0 });
      await running.stop();
      expect(model.rows()).toEqual(foldCounts(await eventsBut(store, at)));
      model.close();
      await store.close();
    },
  );

  it('a skip passes over its own event and stops at the next poison', async () => {
    const store = await openStoreWith(newFolder(), 10, (n) =>
      n === 4 || n === 8 ? { poison: 'plain' } : {},
    );
    const model = newModel();
    const running = startProjection(store, model);
    await running.reached(({ poison }) => poison?.position === 4n);
    await recordSkip(store, 4n);
    expect(await running.reached(({ poison }) => poison?.position === 8n)).toMatchObject({ position: 7n });
    await running.stop();
    model.close();
    await store.close();
  });

  it.each([1, 3, 100])('a later fold from the start honours the skip too (batches of %d)', async (size) => {
    const store = await openStoreWith(newFolder(), 10, (n) => (n === 4 ? { poison: 'plain' } : {}));
    await recordSkip(store, 4n);
    await appendMore(store, 20, 3);
    const model = newModel();
    await projectTo(store, model, 14n, size);
    expect(model.rows()).toEqual(foldCounts(await eventsBut(store, 4n)));
    model.close();
    await store.close();
  });

  it.each([1, 3, 100])(
    'a skip of an event that can be applied leaves nothing out, applied before or after it (batches of %d)',
    async (size) => {
      const store = await openStoreWith(newFolder(), 10);
      const early = newModel();
      await projectTo(store, early, 10n, size);
      await recordSkip(store, 4n);
      await projectTo(store, early, 11n, size);
      const fromTheStart = newModel();
      await projectTo(store, fromTheStart, 11n, size);
      expect(early.rows()).toEqual(foldCounts(await eventsBut(store)));
      expect(fromTheStart.rows()).toEqual(early.rows());
      [early, fromTheStart].forEach((model) => model.close());
      await store.close();
    },
  );

  it('stopped at one, it still ends at once when told to, and stops there again after a restart', async () => {
    const store = await openStoreWith(newFolder(), 5, (n) => (n === 3 ? { poison: 'plain' } : {}));
    const model = newModel();
    for (let run = 0; run < 2; run += 1) {
      const running = startProjection(store, model);
      await running.reached(({ poison }) => poison?.position === 3n);
      await running.stop();
    }
    expect(await model.checkpoint()).toBe(2n);
    model.close();
    await store.close();
  });
});

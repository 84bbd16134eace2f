// P2 with a lease: one projects, the others stand by and take over.
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readToHead, tempFolders } from '@libs/event-store/testing';
import { foldCounts, openCountModel } from './testing/count-model.js';
import { appendMore, openStoreWith, startProjection } from './testing/projection-harness.js';
import { sharedLease } from './testing/shared-lease.js';

describe('P2: projectors that share a lease', () => {
  const newFolder = tempFolders();

  async function twoProjectors() {
    const store = await openStoreWith(newFolder(), 20);
    const file = join(newFolder(), 'model.db');
    const shared = sharedLease();
    const start = () => {
      const model = openCountModel(file);
      const lease = shared.join();
      return { model, running: startProjection(store, lease.fence(model), 6, lease) };
    };
    const one = start();
    await one.running.reached(({ position, state }) => position === 20n && state === 'live');
    const other = start();
    const end = async (): Promise<void> => {
      await Promise.all([one.running.stop(), other.running.stop()]);
      [one.model, other.model].forEach((model) => model.close());
      await store.close();
    };
    return { store, shared, one, other, end };
  }

  it('one stands by, sees what the other commits, and takes over as soon as the other ends', async () => {
    const { store, one, other, end } = await twoProjectors();
    await other.running.reached(({ state, position }) => state === 'standby' && position === 20n);
    await appendMore(store, 21, 5);
    await other.running.reached(({ state, position }) => state === 'standby' && position === 25n);
    await one.running.stop();
    await appendMore(store, 26, 5);
    await other.running.reached(({ state, position }) => state === 'live' && position === 30n);
    expect(other.model.rows()).toEqual(foldCounts(await readToHead(store)));
    await end();
  });

  it('one whose lease was taken commits nothing more, stands by, and can take over again', async () => {
    const { store, shared, one, other, end } = await twoProjectors();
    await other.running.reached(({ state }) => state === 'standby');
    shared.runOut();
    await other.running.reached(({ state }) => state === 'live');
    await appendMore(store, 21, 5);
    await one.running.reached(({ state }) => state === 'standby');
    await other.running.reached(({ position }) => position === 25n);
    await other.running.stop();
    await appendMore(store, 26, 5);
    await one.running.reached(({ state, position }) => state === 'live' && position === 30n);
    expect(one.model.rows()).toEqual(foldCounts(await readToHead(store)));
    await end();
  });

  it('one that cannot reach the lease goes on trying, and commits once it can', async () => {
    const { store, shared, one, other, end } = await twoProjectors();
    await other.running.reached(({ state }) => state === 'standby');
    shared.unavailable = true;
    await other.running.reached(({ lastErrorCode }) => lastErrorCode === 'model-unavailable');
    await appendMore(store, 21, 5);
    shared.unavailable = false;
    await one.running.reached(({ position }) => position === 25n);
    expect(one.model.rows()).toEqual(foldCounts(await readToHead(store)));
    await end();
  });
});

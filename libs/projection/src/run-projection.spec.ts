// The runner against a real store and a small transactional model: resuming, draining, retrying, and what it shows.
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readToHead, tempFolders } from '@libs/event-store/testing';
import { CheckpointMismatchError, ModelDamagedError, ModelUnavailableError } from './errors.js';
import type { ProjectionBatch, ProjectionModel } from './projection-model.js';
import type { ProjectionStatus } from './projection-status.js';
import { runProjection } from './run-projection.js';
import { foldCounts, openCountModel } from './testing/count-model.js';
import { appendMore, NOW, openStoreWith, projectTo, startProjection } from './testing/projection-harness.js';

const newFolder = tempFolders();
const newModel = () => openCountModel(join(newFolder(), 'model.db'));

/** The model with something else done at each apply, numbered from 1. */
function interrupted(
  model: ProjectionModel,
  at: (attempt: number, batch: ProjectionBatch) => Promise<void>,
): ProjectionModel {
  let attempt = 0;
  return {
    checkpoint: () => model.checkpoint(),
    lastEvent: () => model.lastEvent(),
    refill: model.refill,
    apply: (batch) => {
      attempt += 1;
      return at(attempt, batch);
    },
  };
}

describe('following', () => {
  it.each([1, 4, 1_000])('applies what is there and what comes, in batches of at most %d', async (size) => {
    const store = await openStoreWith(newFolder(), 10);
    const model = newModel();
    const lengths: number[] = [];
    const measured = interrupted(model, (_attempt, batch) => {
      lengths.push(batch.events.length);
      return model.apply(batch);
    });
    const running = startProjection(store, measured, size);
    await running.reached(({ position }) => position === 10n);
    await appendMore(store, 11, 10);
    await running.reached(({ position }) => position === 20n);
    await running.stop();

    expect(model.rows()).toEqual(foldCounts(await readToHead(store)));
    expect(Math.max(...lengths)).toBeLessThanOrEqual(size);
    expect(lengths[0]).toBe(Math.min(size, 10));
    model.close();
    await store.close();
  });

  it('resumes from the checkpoint of the model, and applies nothing twice', async () => {
    const store = await openStoreWith(newFolder(), 10);
    const model = newModel();
    await projectTo(store, model, 10n, 3);
    await appendMore(store, 11, 5);
    await projectTo(store, model, 15n, 3);
    await projectTo(store, model, 15n, 3);
    expect(model.rows()).toEqual(foldCounts(await readToHead(store)));
    model.close();
    await store.close();
  });

  it('a checkpoint beyond the log fails instead of waiting for the log to grow past it', async () => {
    const store = await openStoreWith(newFolder(), 5);
    const model = newModel();
    await model.apply({ events: [], expected: null, next: 9n });
    const running = startProjection(store, model);
    await expect(running.done).rejects.toMatchObject({ code: 'store-corrupt' });
    expect(running.statuses.at(-1)).toMatchObject({ state: 'failed', lastErrorCode: 'store-corrupt' });
    model.close();
    await store.close();
  });
});

describe('P6: what is shown', () => {
  it('an empty store is live with no lag', async () => {
    const store = await openStoreWith(newFolder(), 0);
    const model = newModel();
    const running = startProjection(store, model);
    expect(await running.reached(({ state }) => state === 'live')).toMatchObject({
      position: null,
      head: null,
      lagEvents: 0,
      lagSeconds: 0,
    });
    await running.stop();
    model.close();
    await store.close();
  });

  it('catches up, then is live; positions only grow', async () => {
    const store = await openStoreWith(newFolder(), 9);
    const model = newModel();
    const running = startProjection(store, model, 3);
    await running.reached(({ state, position }) => state === 'live' && position === 9n);
    await running.stop();
    const seen = running.statuses.map(({ position }) => position ?? 0n);
    expect(seen).toEqual([...seen].sort((a, b) => Number(a - b)));
    expect(running.statuses.find(({ position }) => position === 6n)?.state).toBe('catching-up');
    expect(running.statuses.at(-1)).toMatchObject({ head: 9n, lagEvents: 0, lagSeconds: 0 });
    model.close();
    await store.close();
  });
});

describe('P7: SIGTERM drains', () => {
  it('the batch in hand is committed whole, and nothing after it is begun', async () => {
    const store = await openStoreWith(newFolder(), 12);
    let stopping: Promise<void> | null = null;
    const model = openCountModel(join(newFolder(), 'model.db'), (where) => {
      if (where === 'row') stopping ??= running.stop();
      return new Promise((resolve) => setImmediate(resolve));
    });
    const running = startProjection(store, model, 5);
    await running.done;
    expect(stopping).not.toBeNull();
    expect(await model.checkpoint()).toBe(5n);
    expect(model.rows()).toEqual(foldCounts((await readToHead(store)).slice(0, 5)));
    model.close();
    await store.close();
  });

  it('ends at once while it waits at the head', async () => {
    const store = await openStoreWith(newFolder(), 2);
    const model = newModel();
    const running = startProjection(store, model);
    await running.reached(({ state }) => state === 'live');
    await running.stop();
    expect(await model.checkpoint()).toBe(2n);
    model.close();
    await store.close();
  });
});

describe('a read model that is unavailable', () => {
  it('is tried again until it is back; nothing is skipped and no event is blamed', async () => {
    const store = await openStoreWith(newFolder(), 8);
    const model = newModel();
    const failing = interrupted(model, (attempt, batch) =>
      attempt <= 2 ? Promise.reject(new ModelUnavailableError('down')) : model.apply(batch),
    );
    const running = startProjection(store, failing, 5);
    expect(await running.reached(({ retries }) => retries === 2)).toMatchObject({
      lastErrorCode: 'model-unavailable',
      poison: null,
    });
    expect(await running.reached(({ position }) => position === 8n)).toMatchObject({ lastErrorCode: null });
    await running.stop();
    expect(model.rows()).toEqual(foldCounts(await readToHead(store)));
    model.close();
    await store.close();
  });

  it('a commit whose answer was lost is not made again', async () => {
    const store = await openStoreWith(newFolder(), 8);
    const model = newModel();
    const losing = interrupted(model, async (attempt, batch) => {
      await model.apply(batch);
      if (attempt === 1) throw new ModelUnavailableError('the connection broke after the commit');
    });
    await projectTo(store, losing, 8n, 5);
    expect(model.rows()).toEqual(foldCounts(await readToHead(store)));
    model.close();
    await store.close();
  });

  it('an unknown outcome does not hide another projector', async () => {
    const store = await openStoreWith(newFolder(), 8);
    const model = newModel();
    const overtaken = interrupted(model, async (attempt, batch) => {
      if (attempt > 1) return model.apply(batch);
      await model.apply({ events: batch.events.slice(0, 2), expected: null, next: 2n });
      throw new ModelUnavailableError('down while another commits');
    });
    await expect(startProjection(store, overtaken, 5).done).rejects.toThrow(CheckpointMismatchError);
    model.close();
    await store.close();
  });

  it('told to stop, it does not wait for the model', async () => {
    const store = await openStoreWith(newFolder(), 3);
    const model = newModel();
    const down = interrupted(model, () => Promise.reject(new ModelUnavailableError('down')));
    const running = startProjection(store, down);
    await running.reached(({ lastErrorCode }) => lastErrorCode === 'model-unavailable');
    await running.stop();
    expect(await model.checkpoint()).toBeNull();
    model.close();
    await store.close();
  });
});

describe('a read model that was filled from another log', () => {
  it('is not followed on with, although the positions agree', async () => {
    const model = newModel();
    const first = await openStoreWith(newFolder(), 6);
    await projectTo(first, model, 6n, 100);
    await first.close();
    // As after a restore of an older log, to which other events were appended since.
    const restored = await openStoreWith(newFolder(), 3);
    await appendMore(restored, 100, 5);
    const rows = model.rows();
    const ending = new AbortController();
    const options = { store: restored, model, signal: ending.signal, now: () => NOW };
    await expect(runProjection(options)).rejects.toBeInstanceOf(ModelDamagedError);
    expect(model.rows()).toEqual(rows);
    model.close();
    await restored.close();
  });
});

describe('a damaged read model', () => {
  it('ends the run; no event is blamed and none is tried alone', async () => {
    const store = await openStoreWith(newFolder(), 8);
    const model = newModel();
    let attempts = 0;
    const damaged = interrupted(model, () => {
      attempts += 1;
      return Promise.reject(new ModelDamagedError('the file is damaged'));
    });
    const seen: ProjectionStatus[] = [];
    const { signal } = new AbortController();
    const run = runProjection({
      store,
      model: damaged,
      signal,
      now: () => NOW,
      onStatus: (s) => seen.push(s),
    });
    await expect(run).rejects.toBeInstanceOf(ModelDamagedError);
    expect(attempts).toBe(1);
    expect(seen.at(-1)).toMatchObject({ state: 'failed', lastErrorCode: 'model-damaged', poison: null });
    model.close();
    await store.close();
  });
});

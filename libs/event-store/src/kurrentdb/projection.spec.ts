// The projection's runner on this adapter: through drops and restarts its rows are those of the pure fold.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { EVENT_SKIPPED, eventSkipped, OPERATIONS_STREAM, runProjection } from '@libs/projection';
import type { ProjectionStatus } from '@libs/projection';
import { foldCounts, openCountModel } from '../../../projection/src/testing/count-model.js';
import type { EventStore } from '../event-store.js';
import { eventId, itemOf, newEvent, readToHead, seededRandom } from '../testing/index.js';
import { useKurrentDbDoubles } from '../testing/kurrentdb-double/index.js';

const doubles = useKurrentDbDoubles();
const folder = mkdtempSync(join(tmpdir(), 'kurrentdb-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const newModel = () => openCountModel(join(folder, `${(files += 1)}.db`));

function project(store: EventStore, model: ReturnType<typeof newModel>) {
  const ending = new AbortController();
  let status: ProjectionStatus | null = null;
  const done = runProjection({
    store,
    model,
    batchSize: 25,
    signal: ending.signal,
    now: () => Date.now(),
    contiguousPositions: false,
    onStatus: (next) => (status = next),
  });
  return {
    reached: async (holds: (status: ProjectionStatus) => boolean): Promise<ProjectionStatus> => {
      for (;;) {
        if (status !== null && holds(status)) return status;
        await Promise.race([new Promise((resolve) => setTimeout(resolve, 5)), done]);
      }
    },
    stop: () => {
      ending.abort();
      return done;
    },
  };
}

describe('a projection on KurrentDB', () => {
  it('keeps in step through broken subscriptions, restarts and a restart of its own', async () => {
    const double = await doubles.start();
    const writer = doubles.open(double);
    const reader = doubles.open(double);
    const model = newModel();
    const random = seededRandom(7);
    const revisions = new Map<string, number>();
    let written = 0;
    const appendSome = async (count: number) => {
      for (let n = 0; n < count; n += 1) {
        const stream = `agent-1-${random(5)}`;
        const before = revisions.get(stream) ?? -1;
        await writer.append([itemOf(stream, before === -1 ? 'noStream' : before, newEvent(written))]);
        revisions.set(stream, before + 1);
        written += 1;
      }
      return (await writer.head())!;
    };

    await appendSome(60);
    double.faults.breakSubscriptionsAfter = 20;
    let running = project(reader, model);
    await running.reached(({ position }) => position !== null);
    await double.stop();
    await double.start();
    const middle = await appendSome(40);
    await running.reached(({ position }) => position === middle);
    await running.stop();

    double.faults.breakSubscriptionsAfter = 0;
    double.faults.endSubscriptionsAfter = 15;
    running = project(reader, model);
    const end = await appendSome(50);
    await running.reached(({ position, state }) => position === end && state === 'live');
    await running.stop();

    const events = await readToHead(writer);
    expect(events).toHaveLength(150);
    expect(model.rows()).toEqual(foldCounts(events));
    model.close();
  });

  it('shows its lag without counting events, and honours a recorded skip', async () => {
    const double = await doubles.start();
    const store = doubles.open(double);
    const model = newModel();
    await store.append([itemOf('agent-1-1', 'noStream', newEvent(1), newEvent(2, { poison: 'typed' }))]);
    const running = project(store, model);
    const stopped = await running.reached(({ state }) => state === 'stopped-at-poison');
    const { position } = stopped.poison!;
    expect(await running.reached(({ lagSeconds }) => lagSeconds !== null)).toMatchObject({
      lagEvents: null,
      head: position,
    });
    const skip = eventSkipped({ id: eventId(99), position, reason: 'a test', metadata: {} });
    await store.append([itemOf(OPERATIONS_STREAM, 'noStream', skip)]);
    const end = await store.head();
    await running.reached((status) => status.position === end);
    await running.stop();
    const good = (await readToHead(store)).filter((event) => event.position !== position);
    expect(good.map(({ type }) => type)).toEqual(['Counted', EVENT_SKIPPED]);
    expect(model.rows()).toEqual(foldCounts(good));
    model.close();
  });
});

// The promises S1 to S4 and S6 as one suite that every adapter of the port must pass. It knows no engine: an adapter's
// own failures (kill -9, a raw connection, a full disk) belong in specs beside that adapter.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { EventStore } from '../event-store.js';
import { describeAppend } from './append-contract.js';
import { describeFollow } from './follow-contract.js';
import { describeReads } from './read-contract.js';
import { itemOf, newEvent } from './sample-events.js';

/** One empty store of its own; `open` after a `close` finds what was appended before. */
export interface StoreUnderTest {
  open(): Promise<EventStore>;
  destroy(): Promise<void>;
}

/** The store of the running test, for the suites; `store()` changes with `reopen`. */
export type UseStore = () => { store: () => EventStore; reopen: () => Promise<void> };

export interface ContractOptions {
  /** What one append may weigh, metadata included: an event of nearly so much must come back whole. Default 2 MB. */
  readonly largestAppendBytes?: number;
}

export function describeEventStoreContract(
  name: string,
  makeStore: () => Promise<StoreUnderTest>,
  { largestAppendBytes = 2_000_000 }: ContractOptions = {},
): void {
  describe(`${name} keeps the event store contract`, () => {
    let underTest: StoreUnderTest;
    let opened: EventStore;

    beforeEach(async () => {
      underTest = await makeStore();
      opened = await underTest.open();
    });

    afterEach(async () => {
      await opened.close();
      await underTest.destroy();
    });

    const useStore: UseStore = () => ({
      store: () => opened,
      reopen: async () => {
        await opened.close();
        opened = await underTest.open();
      },
    });

    describeAppend(useStore);
    describeReads(useStore, largestAppendBytes);
    describeFollow(useStore);

    describe('close', () => {
      it('answers what it has accepted, then refuses every verb; closing twice is fine', async () => {
        const { store, reopen } = useStore();
        const appending = store().append([itemOf('agent-1-1', 'noStream', newEvent(1))]);
        await store().close();
        await store().close();
        expect(await appending).toMatchObject([{ outcome: 'appended', revision: 0 }]);

        const closed = { code: 'store-closed' };
        await expect(store().append([itemOf('agent-1-1', 0, newEvent(2))])).rejects.toMatchObject(closed);
        await expect(store().readStream('agent-1-1', { limit: 1 })).rejects.toMatchObject(closed);
        await expect(store().readAll({ after: null, limit: 1 })).rejects.toMatchObject(closed);
        await expect(store().head()).rejects.toMatchObject(closed);
        await reopen();
        expect(await store().readStream('agent-1-1', { limit: 5 })).toHaveLength(1);
      });

      it('ends a follower that waits with store-closed', async () => {
        const { store } = useStore();
        const { signal } = new AbortController();
        const next = store().follow({ after: null, signal })[Symbol.asyncIterator]().next();
        await store().close();
        await expect(next).rejects.toMatchObject({ code: 'store-closed' });
      });
    });
  });
}

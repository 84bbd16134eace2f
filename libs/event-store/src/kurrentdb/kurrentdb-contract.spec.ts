// Runs the contract every adapter keeps on the protocol double, or on a real server named by TEST_EVENT_STORE_URL: streams
// of its own in each test, so that a server in use serves.
import { randomUUID } from 'node:crypto';
import { afterAll } from '@jest/globals';
import { describeEventStoreContract, scopedEventStore } from '../testing/index.js';
import { startKurrentDbDouble } from '../testing/kurrentdb-double/index.js';
import { MAX_APPEND_BYTES, openKurrentDbEventStore } from './index.js';

const { TEST_EVENT_STORE_URL = '' } = process.env;

const double = TEST_EVENT_STORE_URL === '' ? await startKurrentDbDouble() : null;
afterAll(() => double?.stop());

describeEventStoreContract(
  double === null ? 'KurrentDB (a real server)' : 'KurrentDB',
  () => {
    const prefix = `contract-${randomUUID()}-`;
    const connectionString = double?.connectionString ?? TEST_EVENT_STORE_URL;
    return Promise.resolve({
      open: () =>
        Promise.resolve(
          scopedEventStore(openKurrentDbEventStore({ connectionString, prefixes: [prefix] }), prefix),
        ),
      destroy: () => Promise.resolve(),
    });
  },
  { largestAppendBytes: MAX_APPEND_BYTES },
);

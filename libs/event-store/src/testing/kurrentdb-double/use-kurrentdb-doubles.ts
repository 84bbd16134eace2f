// Doubles and stores on them for one spec; whatever a test leaves open is closed after it.
import { afterEach } from '@jest/globals';
import { openKurrentDbEventStore } from '../../kurrentdb/index.js';
import type { KurrentDbEventStore, KurrentDbEventStoreOptions } from '../../kurrentdb/index.js';
import { startKurrentDbDouble } from './kurrentdb-double.js';
import type { KurrentDbDouble, KurrentDbDoubleOptions } from './kurrentdb-double.js';

export interface KurrentDbDoubles {
  start(options?: KurrentDbDoubleOptions): Promise<KurrentDbDouble>;
  /** A store on a double, or on any connection string. */
  open(
    on: KurrentDbDouble | string,
    options?: Omit<KurrentDbEventStoreOptions, 'connectionString'>,
  ): KurrentDbEventStore;
}

export function useKurrentDbDoubles(): KurrentDbDoubles {
  const doubles: KurrentDbDouble[] = [];
  const stores: KurrentDbEventStore[] = [];
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()));
    await Promise.all(doubles.splice(0).map((double) => double.stop()));
  });
  return {
    start: async (options) => {
      const double = await startKurrentDbDouble(options);
      doubles.push(double);
      return double;
    },
    open: (on, options) => {
      const connectionString = typeof on === 'string' ? on : on.connectionString;
      const store = openKurrentDbEventStore({ connectionString, ...options });
      stores.push(store);
      return store;
    },
  };
}

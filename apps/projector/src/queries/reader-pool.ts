// Reader threads with a bounded queue: reports never run in the HTTP thread, and a flood is refused, not piled up.
import type { ReadModelUrl } from '@libs/platform';
import type { QueryName } from '@libs/read-models';
import { Piscina } from 'piscina';
import { ReaderBusyError, type QueryReader } from './query-reader.js';
import type { ReadAnswer, ReadRequest } from './read-request.js';

const THREADS = 2;
const MAX_WAITING = 32;
/** Requests are cut after 3 s of the 5 s an app has for ending. */
const CLOSE_MS = 1_000;

export function openReaderPool(readModel: ReadModelUrl): QueryReader {
  const pool = new Piscina<ReadRequest, ReadAnswer>({
    filename: new URL('./reader-worker.js', import.meta.url).href,
    minThreads: THREADS,
    maxThreads: THREADS,
    concurrentTasksPerWorker: 1,
    // The bound is kept below, where it can be told from other failures.
    maxQueue: Infinity,
    closeTimeout: CLOSE_MS,
    workerData: readModel,
  });
  // A request that fails is told so itself; what is left are threads that would not end in time, and are ended then.
  pool.on('error', () => undefined);
  return {
    ask: <Name extends QueryName>(request: ReadRequest<Name>) => {
      if (pool.queueSize >= MAX_WAITING) return Promise.reject(new ReaderBusyError());
      return pool.run(request);
    },
    waiting: () => pool.queueSize,
    close: () => pool.close({ force: true }),
  };
}

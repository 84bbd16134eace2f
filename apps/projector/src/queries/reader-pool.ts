// Reader threads behind a bounded queue: reports never run in the HTTP thread, a flood is refused, not piled up, and a
// query that takes too long loses its thread, so that it cannot keep the readers from everybody else.
import type { QueryName } from '@libs/read-models';
import { Piscina } from 'piscina';
import type { StoreUrls } from '../adapters.js';
import { QueryTimeoutError, type QueryReader } from './query-reader.js';
import { createReaderQueue } from './reader-queue.js';
import type { ReadAnswer, ReadRequest } from './read-request.js';

const MAX_WAITING = 32;
const QUERY_LIMIT_MS = 20_000;
/** Requests are cut after 3 s of the 5 s an app has for ending. */
const CLOSE_MS = 1_000;

export interface ReaderPoolOptions {
  readonly threads?: number;
  /** How long one query may run, in ms; waiting does not count. */
  readonly limitMs?: number;
  /** The compiled module of a thread. */
  readonly worker?: URL;
}

export function openReaderPool(
  urls: StoreUrls,
  {
    threads = 1,
    limitMs = QUERY_LIMIT_MS,
    worker = new URL('./reader-worker.js', import.meta.url),
  }: ReaderPoolOptions = {},
): QueryReader {
  const queue = createReaderQueue({ readers: threads, mostWaiting: MAX_WAITING });
  const pool = new Piscina<ReadRequest, ReadAnswer>({
    filename: worker.href,
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: 1,
    // Otherwise a thread without work sleeps so deeply that it does not notice a connection that is lost.
    atomics: 'disabled',
    closeTimeout: CLOSE_MS,
    workerData: urls,
  });
  // A request that fails is told so itself; what is left are threads that would not end in time, and are ended then.
  pool.on('error', () => undefined);

  async function withinLimit(request: ReadRequest): Promise<ReadAnswer> {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), limitMs);
    try {
      // An abort ends the thread, as soon as the statement it is in returns, and starts another at once.
      return await pool.run(request, { signal: limit.signal });
    } catch (error) {
      throw limit.signal.aborted ? new QueryTimeoutError(limitMs) : error;
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    ask: <Name extends QueryName>(request: ReadRequest<Name>, gone?: AbortSignal) =>
      queue.run(() => withinLimit(request), gone),
    waiting: queue.waiting,
    refuseWaiting: queue.refuseWaiting,
    close: () => {
      queue.refuseWaiting();
      return pool.close({ force: true });
    },
  };
}

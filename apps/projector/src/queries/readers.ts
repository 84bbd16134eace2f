// The readers of the read model: reports have threads of their own, so that whoever asks for a state does not wait behind
// them.
import type { QueryName } from '@libs/read-models';
import type { StoreUrls } from '../adapters.js';
import type { QueryReader } from './query-reader.js';
import { openReaderPool } from './reader-pool.js';

const REPORT_THREADS = 2;
const LOOK_UP_THREADS = 1;

/** What goes through many agents or much time. */
const REPORTS: ReadonlySet<QueryName> = new Set<QueryName>([
  'time-in-status',
  'acw',
  'sessions-report',
  'data-quality',
  'quality-counts',
]);

export function openReaders(urls: StoreUrls): QueryReader {
  const reports = openReaderPool(urls, { threads: REPORT_THREADS });
  const lookUps = openReaderPool(urls, { threads: LOOK_UP_THREADS });
  return {
    ask: (request, gone) => (REPORTS.has(request.name) ? reports : lookUps).ask(request, gone),
    waiting: () => reports.waiting() + lookUps.waiting(),
    refuseWaiting: () => {
      reports.refuseWaiting();
      lookUps.refuseWaiting();
    },
    close: async () => {
      await Promise.all([reports.close(), lookUps.close()]);
    },
  };
}

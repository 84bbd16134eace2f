// The projection's thread. Told `stop`, it commits the batch in hand, closes what it holds and ends.
import { parentPort, workerData } from 'node:worker_threads';
import type { StoreUrls } from '../adapters.js';
import { packPagesInThreads } from './pack-pages.js';
import { projectReadModel } from './project-read-model.js';
import type { ProjectionMessage } from './projection-thread.js';

const port = parentPort;
if (port === null) throw new Error('the projection runs in a thread of its own');
const post = (message: ProjectionMessage): void => port.postMessage(message);

const stopping = new AbortController();
port.once('message', () => stopping.abort());

const urls = workerData as StoreUrls;
const end = await projectReadModel({
  ...urls,
  // Only there are positions numbers without holes.
  ...(urls.eventStore.kind === 'sqlite' ? { packElsewhere: packPagesInThreads(urls) } : {}),
  now: Date.now,
  signal: stopping.signal,
  onReport: (report) => post({ kind: 'report', report }),
});
post({ kind: 'end', end });
port.close();

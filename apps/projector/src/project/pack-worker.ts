// A packing thread: reads a page of the log and packs it, for a read model that is filled at once. Must never write.
import { constants, setPriority } from 'node:os';
import { workerData } from 'node:worker_threads';
import { EventStoreError, type EventStore } from '@libs/event-store';
import { packPage } from '@libs/read-models';
import { eventStoreAdapter, type StoreUrls } from '../adapters.js';
import type { PackAnswer, PackRequest } from './pack-pages.js';

const { eventStore } = workerData as StoreUrls;
let log: EventStore | null = null;

// Events that come in come first. Only on Linux is it the thread alone that gives way.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

export default async function pack({ after, limit, ...options }: PackRequest): Promise<PackAnswer> {
  try {
    log ??= eventStoreAdapter(eventStore).read(eventStore, Date.now);
    const { events, next, atHead } = await log.readAll({ after, limit });
    return { packed: packPage(events, options), next: next ?? after, atHead };
  } catch (error) {
    // No class crosses to another thread.
    if (error instanceof EventStoreError) return { refused: error.code, message: error.message };
    throw error;
  }
}

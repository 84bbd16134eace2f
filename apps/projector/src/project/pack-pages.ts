// Packs the pages of a log whose positions are 1, 2, 3 … in threads: each page is known by its number, so that several are
// read and packed at once. The threads live as long as one filling.
import { availableParallelism } from 'node:os';
import { EventStoreError, type EventStoreErrorCode } from '@libs/event-store';
import type { PackedPage, PackOptions, PagesToPack, PageToPack } from '@libs/read-models';
import { Piscina } from 'piscina';
import type { StoreUrls } from '../adapters.js';

const PAGE_EVENTS = 2_000;
/** Pages begun beyond the one that is wanted next. */
const AHEAD = 3;
const MOST_THREADS = 4;

export interface PackRequest extends PackOptions {
  readonly after: bigint;
  readonly limit: number;
}

/** `next`: the last position read; a page of large events ends early. */
interface PackedAnswer {
  readonly packed: PackedPage;
  readonly next: bigint;
  readonly atHead: boolean;
}

export type PackAnswer = PackedAnswer | { readonly refused: EventStoreErrorCode; readonly message: string };

const AT_FIRST: PackOptions = { whole: false, leftOut: [] };

export interface PackPagesOptions {
  readonly pageEvents?: number;
  /** The compiled module of a thread. */
  readonly worker?: URL;
}

export function packPagesInThreads(
  urls: StoreUrls,
  { pageEvents = PAGE_EVENTS, worker = new URL('./pack-worker.js', import.meta.url) }: PackPagesOptions = {},
): PagesToPack {
  return async function* ({ head, signal }) {
    const pages = Math.ceil(Number(head) / pageEvents);
    const threads = Math.min(availableParallelism(), MOST_THREADS, pages);
    const pool = new Piscina<PackRequest, PackAnswer>({
      filename: worker.href,
      minThreads: threads,
      maxThreads: threads,
      concurrentTasksPerWorker: 1,
      resourceLimits: { maxYoungGenerationSizeMb: 32, maxOldGenerationSizeMb: 512 },
      workerData: urls,
    });
    pool.on('error', () => undefined);
    const ask = (after: bigint, end: bigint, options: PackOptions): Promise<PackedAnswer> => {
      const answer = pool
        .run({ ...options, after, limit: Number(end - after) }, { signal })
        .then(packedOrThrow);
      // One that nobody waits for any more has failed because all of it ends.
      answer.catch(() => undefined);
      return answer;
    };
    const startOf = (page: number): bigint => BigInt(page * pageEvents);
    const begun: Promise<PackedAnswer>[] = [];
    try {
      for (let page = 0; page < pages; page += 1) {
        for (let next = page + begun.length; next < pages && begun.length <= AHEAD; next += 1) {
          begun.push(ask(startOf(next), startOf(next + 1), AT_FIRST));
        }
        let first = begun.shift();
        const end = startOf(page + 1);
        let [after, atHead] = [startOf(page), false];
        while (after < end && !atHead) {
          let read = after;
          const pack: PageToPack['pack'] = async (options) => {
            const answer = await (first ?? ask(after, end, options));
            first = undefined;
            ({ next: read, atHead } = answer);
            return answer.packed;
          };
          yield { pack };
          after = read;
        }
      }
    } finally {
      await pool.destroy();
    }
  };
}

function packedOrThrow(answer: PackAnswer): PackedAnswer {
  if ('refused' in answer) throw new EventStoreError(answer.refused, answer.message);
  return answer;
}

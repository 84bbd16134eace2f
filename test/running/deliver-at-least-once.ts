// A client as it should be: everything is sent until it is acknowledged, several requests at a time, across any number of
// crashes. It keeps every acknowledgement it ever got.
import type { SimulatedWeek } from '../simulator/simulated-week.js';
import type { Random } from '../simulator/agent-week.js';
import { postUpdates, type Acknowledgement, type Form } from './post-updates.js';

const REQUESTS_AT_A_TIME = 6;
const MOST_BROKEN_ANSWERS = 500;
const PAUSE_MS = 20;

interface Request {
  readonly form: Form;
  /** Indices of arrivals. */
  readonly items: readonly number[];
}

export type Counts = Record<Acknowledgement['outcome'], number>;

export class AtLeastOnceClient {
  /** By index of the arrival, in the order in which they came. */
  readonly acknowledgements: Acknowledgement[][];
  /** By address of the ingest app: each life has its own. */
  private readonly counts = new Map<string, Counts>();
  brokenAnswers = 0;
  private readonly texts: readonly string[];
  private acknowledged = 0;

  constructor(
    arrivals: SimulatedWeek['arrivals'],
    private readonly random: Random,
    private readonly ingest: () => Promise<string>,
    /** Called with the number of acknowledgements so far, while other requests are on their way. */
    private readonly onAcknowledged: (acknowledged: number) => void = () => undefined,
  ) {
    this.texts = arrivals.map((payload) => JSON.stringify(payload));
    this.acknowledgements = arrivals.map(() => []);
  }

  /** What one life of the ingest app has acknowledged. */
  countsOf(ingest: string): Counts {
    return this.counts.get(ingest) ?? { appended: 0, duplicate: 0, quarantined: 0 };
  }

  /** Resolves when every one of them was acknowledged (once more). */
  async deliver(items: readonly number[]): Promise<void> {
    const waiting = this.asRequests(items);
    const work = async (): Promise<void> => {
      for (let request = waiting.shift(); request !== undefined; request = waiting.shift()) {
        const left = await this.send(request);
        if (left.length > 0) waiting.unshift({ form: left.length === 1 ? 'one' : request.form, items: left });
      }
    };
    await Promise.all(Array.from({ length: REQUESTS_AT_A_TIME }, work));
  }

  /** Returns what has to be sent again. */
  private async send({ form, items }: Request): Promise<readonly number[]> {
    const ingest = await this.ingest();
    const { acknowledged, isWhole } = await postUpdates(
      ingest,
      form,
      items.map((item) => this.texts[item] ?? ''),
    );
    const counts = this.countsOf(ingest);
    this.counts.set(ingest, counts);
    acknowledged.forEach((one, at) => {
      this.acknowledgements[items[at] ?? -1]?.push(one);
      counts[one.outcome] += 1;
    });
    this.acknowledged += acknowledged.length;
    this.onAcknowledged(this.acknowledged);
    if (isWhole) return [];
    this.brokenAnswers += 1;
    if (this.brokenAnswers > MOST_BROKEN_ANSWERS) throw new Error('the ingest app does not answer');
    await new Promise((done) => setTimeout(done, PAUSE_MS));
    return items.slice(acknowledged.length);
  }

  /** About half of the payloads in NDJSON, the rest in arrays, and a few hundred one by one. */
  private asRequests(items: readonly number[]): Request[] {
    const requests: Request[] = [];
    for (let from = 0; from < items.length;) {
      const form = (['one', 'one', 'array', 'ndjson'] as const)[this.random(4)] ?? 'one';
      const size = form === 'one' ? 1 : form === 'array' ? 1 + this.random(80) : 1 + this.random(160);
      requests.push({ form, items: items.slice(from, from + size) });
      from += size;
    }
    return requests;
  }
}

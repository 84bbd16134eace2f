// The catalogue, the one stream in which all ingest processes say what is in quarantine, and this process's index of it.
// What is written is decided on all that stands there; another process that was first is a conflict, and it is decided
// anew. It must never write on another revision than the one that was decided on.
// States of a call: decide → prepare → say → done; or conflict → read on → decide.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { EventStoreError, type EventStore } from '@libs/event-store';
import { CATALOGUE, entryAt, toNewEvent, type CatalogueEvent } from './catalogue-events.js';
import { CatalogueIndex } from './catalogue-index.js';
import { readCatalogue } from './read-catalogue.js';

/** Another process would have to be first every time. */
const MAX_ROUNDS = 20;
/** After it wrote, a process leaves the catalogue to the others for some times as long, or it would always be first. */
const YIELD_FACTOR = 5;
/** A server that was away for long must not cost as much again: good updates wait behind a refused one. */
const MOST_YIELD_MS = 250;
/** How often it is asked what other processes kept, for the metrics and the quota. */
const LOOK_MS = 5_000;
/** How long a call waits for a catalogue that was never read to its end. */
const FIRST_READ_MS = 2_000;

interface Decision {
  readonly events: readonly CatalogueEvent[];
}

export class Catalogue {
  readonly index: CatalogueIndex;
  /** Why the last read failed; null: it did not. */
  failure: unknown = null;
  private readonly writer = randomUUID();
  private readonly closing = new AbortController();
  private readonly looking: Promise<void>;
  private thisRead: Promise<void> | null = null;
  private nextRead: Promise<void> | null = null;
  private hasReadAll = false;
  private mayWrite: Promise<unknown> = Promise.resolve();

  /** `file`: of the index. Looks every so often until it is closed. */
  constructor(
    private readonly store: Pick<EventStore, 'append' | 'readStream'>,
    file: string,
  ) {
    this.index = new CatalogueIndex(file);
    this.looking = this.lookEverySoOften();
  }

  /** After the log was closed. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.looking;
    for (const read of [this.nextRead, this.thisRead]) await read?.catch(() => undefined);
    this.index.close();
  }

  /** `prepare` may ask for another decision. Returns the last one, and where its first event stands. */
  async untilSaid<D extends Decision>(
    decide: () => D,
    prepare: (decision: D) => Promise<boolean> = () => Promise.resolve(true),
  ): Promise<{ readonly decided: D; readonly first: number }> {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const { last, decided } = this.index.atOnePlace(() => ({
        last: this.index.place().revision,
        decided: decide(),
      }));
      if (!(await prepare(decided))) continue;
      if (await this.say(last, decided.events)) return { decided, first: last + 1 };
      await this.readOn();
    }
    throw unavailable(`still in conflict after ${MAX_ROUNDS} rounds`);
  }

  /** False: another process was first. */
  private async say(last: number, events: readonly CatalogueEvent[]): Promise<boolean> {
    if (events.length === 0) return true;
    await this.mayWrite;
    const begun = performance.now();
    const entries = events.map((event, index) => entryAt(last + 1 + index, event, this.writer));
    const [result] = await this.store.append([
      {
        stream: CATALOGUE,
        expectedRevision: last === -1 ? 'noStream' : last,
        events: entries.map(toNewEvent),
        // Their ids say where they stand.
        surelyNew: true,
      },
    ]);
    if (result === undefined) throw new Error('the event store left the catalogue unanswered');
    if (result.outcome === 'conflict') return false;
    const free = Math.min(YIELD_FACTOR * (performance.now() - begun), MOST_YIELD_MS);
    this.mayWrite = pause(free, undefined, { ref: false });
    this.index.apply(entries);
    return true;
  }

  /** Whatever is in the catalogue by now is in the index then. Throws `EventStoreError`. */
  readOn(): Promise<void> {
    // One that is under way may be past what the caller asks about.
    return (this.nextRead ??= this.readAfterThisOne());
  }

  private async readAfterThisOne(): Promise<void> {
    await this.thisRead?.catch(() => undefined);
    this.nextRead = null;
    this.thisRead = this.readNow();
    return this.thisRead;
  }

  private async readNow(): Promise<void> {
    try {
      await readCatalogue(this.store, this.index, {
        isFirst: !this.hasReadAll,
        signal: this.closing.signal,
      });
      this.hasReadAll = true;
      this.failure = null;
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }

  /** Returns at once when it was read to its end before. Throws `EventStoreError` when that takes long. */
  async firstRead(): Promise<void> {
    if (this.hasReadAll) return;
    const patience = new AbortController();
    const waited = pause(FIRST_READ_MS, 'not yet', { signal: patience.signal });
    waited.catch(() => undefined);
    try {
      if ((await Promise.race([this.readOn(), waited])) === 'not yet') {
        throw unavailable('the quarantine has not been read to its end yet');
      }
    } finally {
      patience.abort();
    }
  }

  private async lookEverySoOften(): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      await this.readOn().catch(() => undefined);
      await pause(LOOK_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}

function unavailable(what: string): EventStoreError {
  return new EventStoreError('store-unavailable', `event store: ${what}`);
}

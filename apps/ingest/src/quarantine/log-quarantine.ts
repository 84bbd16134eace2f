// The quarantine in the log itself, shared by all ingest processes: the bytes in streams of their own, then one event in
// the catalogue, which makes them an item. The catalogue is one stream, and what is written to it is decided on all that
// stands there: another process that wrote meanwhile is a conflict, and it is decided anew. So the same bytes are one
// item whoever receives them, and the quota is one for all. It must never skip: what is not durable is an error.
// States of a call: decide → write bytes → say so in the catalogue → kept; or conflict → read on → decide.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { EventStoreError, type EventStore } from '@libs/event-store';
import { CATALOGUE, entryAt, itemIdAt, toNewEvent, type CatalogueEvent } from './catalogue-events.js';
import { CatalogueIndex } from './catalogue-index.js';
import { readBytes, writeBytes } from './kept-bytes.js';
import { keyOf, planKeeping } from './plan-keeping.js';
import {
  FULL,
  isFull,
  type KeepResult,
  type ListQuery,
  type Quarantine,
  type QuarantineQuota,
  type QuarantineTotals,
} from './quarantine.js';
import {
  QuarantineError,
  type NewItem,
  type QuarantineItem,
  type QuarantineItemWithRaw,
  type RefusalReceived,
} from './quarantine-item.js';
import { readCatalogue } from './read-catalogue.js';
import { toNewItem } from './to-new-item.js';

/** Another process would have to be first every time. */
const MAX_ROUNDS = 20;
/** After it wrote, a process leaves the catalogue to the others for some times as long, or it would always be first. */
const YIELD_FACTOR = 5;
/** How often it is asked what other processes kept, for the metrics and the quota. */
const LOOK_MS = 5_000;
/** How long a call waits for a catalogue that was never read to its end. */
const FIRST_READ_MS = 2_000;

export interface LogQuarantineOptions extends QuarantineQuota {
  readonly store: Pick<EventStore, 'append' | 'readStream'>;
  /** Of the index: disposable. */
  readonly file: string;
}

export class LogQuarantine implements Quarantine {
  private readonly index: CatalogueIndex;
  private readonly writer = randomUUID();
  private readonly closing = new AbortController();
  private readonly looking: Promise<void>;
  private thisRead: Promise<void> | null = null;
  private nextRead: Promise<void> | null = null;
  private hasReadAll = false;
  private mayWrite: Promise<unknown> = Promise.resolve();
  private failure: EventStoreError | QuarantineError | null = null;

  constructor(private readonly options: LogQuarantineOptions) {
    this.index = new CatalogueIndex(options.file);
    this.looking = this.lookEverySoOften();
  }

  async keep(groups: readonly (readonly RefusalReceived[])[]): Promise<readonly KeepResult[]> {
    try {
      if (!this.hasReadAll) await this.firstRead();
      return await this.keepAll(groups.map((group) => group.map(toNewItem)));
    } catch (cause) {
      const error = toError(cause);
      return groups.map(() => ({ error }));
    }
  }

  async list(query: ListQuery): Promise<QuarantineItem[]> {
    await this.readOn();
    return this.index.list(query);
  }

  async get(id: number): Promise<QuarantineItemWithRaw | null> {
    await this.readOn();
    const item = this.index.get(id);
    return item === null ? null : { ...item, raw: await readBytes(this.options.store, item) };
  }

  async resolve(id: number, eventId: string, at: number): Promise<void> {
    // Of what another process kept nothing may be known here yet.
    await this.readOn();
    await this.untilSaid(() => {
      const isOpen = this.index.get(id)?.resolvedAt === null;
      return { events: isOpen ? [{ type: 'PayloadResolved', data: { id, eventId, at } }] : [] };
    });
  }

  totals(): QuarantineTotals {
    return this.index.totals();
  }

  trouble(): string | null {
    if (this.failure !== null) return `the quarantine cannot be read (${this.failure.code})`;
    return isFull(this.totals(), this.options) ? FULL : null;
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.looking;
    for (const read of [this.nextRead, this.thisRead]) await read?.catch(() => undefined);
    this.index.close();
  }

  private async keepAll(groups: readonly (readonly NewItem[])[]): Promise<readonly KeepResult[]> {
    const { store } = this.options;
    const written = new Set<string>();
    let hasLookedForRoom = false;
    const { decided, first } = await this.untilSaid(
      () => planKeeping(groups, this.index, this.options),
      async ({ sightings, fits }) => {
        if (fits.includes(false) && !hasLookedForRoom) {
          // Another process may have made some.
          hasLookedForRoom = true;
          await this.readOn();
          return false;
        }
        const fresh = sightings.filter(({ id, item }) => id === null && !written.has(keyOf(item)));
        await writeBytes(
          store,
          fresh.map(({ item }) => item),
        );
        for (const { item } of fresh) written.add(keyOf(item));
        return true;
      },
    );
    const ids = new Map(
      decided.sightings.map(({ id, item }, at) => [keyOf(item), String(id ?? itemIdAt(first + at))]),
    );
    return groups.map((group, index) =>
      decided.fits[index] === true
        ? { ids: group.map((item) => ids.get(keyOf(item)) ?? '') }
        : { error: new QuarantineError('quarantine-full') },
    );
  }

  /** `prepare` may ask for another decision. Returns the last one, and where its first event stands. */
  private async untilSaid<D extends Decision>(
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
    const [result] = await this.options.store.append([
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
    this.mayWrite = pause(YIELD_FACTOR * (performance.now() - begun), undefined, { ref: false });
    this.index.apply(entries);
    return true;
  }

  /** Whatever is in the catalogue by now is in the index then. Throws `EventStoreError`. */
  private readOn(): Promise<void> {
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
      await readCatalogue(this.options.store, this.index, {
        isFirst: !this.hasReadAll,
        signal: this.closing.signal,
      });
      this.hasReadAll = true;
      this.failure = null;
    } catch (error) {
      this.failure = toError(error);
      throw error;
    }
  }

  private async firstRead(): Promise<void> {
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

interface Decision {
  readonly events: readonly CatalogueEvent[];
}

function toError(cause: unknown): EventStoreError | QuarantineError {
  const isTold = cause instanceof EventStoreError || cause instanceof QuarantineError;
  return isTold ? cause : new QuarantineError('quarantine-unavailable', { cause });
}

function unavailable(what: string): EventStoreError {
  return new EventStoreError('store-unavailable', `event store: ${what}`);
}

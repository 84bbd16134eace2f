// The quarantine in the log itself, shared by all ingest processes: the bytes in streams of their own, then one event in
// the catalogue, which makes them an item. So the same bytes are one item whoever receives them, and the quota is one for
// all. It must never skip: what is not durable is an error.
import { EventStoreError, type EventStore } from '@libs/event-store';
import { Catalogue } from './catalogue.js';
import { itemIdAt } from './catalogue-events.js';
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
import { toNewItem } from './to-new-item.js';

export interface LogQuarantineOptions extends QuarantineQuota {
  readonly store: Pick<EventStore, 'append' | 'readStream'>;
  /** Of the index: disposable. */
  readonly file: string;
}

export class LogQuarantine implements Quarantine {
  private readonly catalogue: Catalogue;

  constructor(private readonly options: LogQuarantineOptions) {
    this.catalogue = new Catalogue(options.store, options.file);
  }

  async keep(groups: readonly (readonly RefusalReceived[])[]): Promise<readonly KeepResult[]> {
    try {
      await this.catalogue.firstRead();
      return await this.keepAll(groups.map((group) => group.map(toNewItem)));
    } catch (cause) {
      const error = toError(cause);
      return groups.map(() => ({ error }));
    }
  }

  async list(query: ListQuery): Promise<QuarantineItem[]> {
    await this.catalogue.readOn();
    return this.catalogue.index.list(query);
  }

  async get(id: number): Promise<QuarantineItemWithRaw | null> {
    await this.catalogue.readOn();
    const item = this.catalogue.index.get(id);
    return item === null ? null : { ...item, raw: await readBytes(this.options.store, item) };
  }

  async resolve(id: number, eventId: string, at: number): Promise<void> {
    // Of what another process kept nothing may be known here yet.
    await this.catalogue.readOn();
    await this.catalogue.untilSaid(() => {
      const isOpen = this.catalogue.index.get(id)?.resolvedAt === null;
      return { events: isOpen ? [{ type: 'PayloadResolved', data: { id, eventId, at } }] : [] };
    });
  }

  totals(): QuarantineTotals {
    return this.catalogue.index.totals();
  }

  trouble(): string | null {
    const { failure } = this.catalogue;
    if (failure !== null) return `the quarantine cannot be read (${toError(failure).code})`;
    return isFull(this.totals(), this.options) ? FULL : null;
  }

  close(): Promise<void> {
    return this.catalogue.close();
  }

  private async keepAll(groups: readonly (readonly NewItem[])[]): Promise<readonly KeepResult[]> {
    const { store } = this.options;
    const written = new Set<string>();
    let hasLookedForRoom = false;
    const { decided, first } = await this.catalogue.untilSaid(
      () => planKeeping(groups, this.catalogue.index, this.options),
      async ({ sightings, fits }) => {
        if (fits.includes(false) && !hasLookedForRoom) {
          // Another process may have made some.
          hasLookedForRoom = true;
          await this.catalogue.readOn();
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
}

function toError(cause: unknown): EventStoreError | QuarantineError {
  const isTold = cause instanceof EventStoreError || cause instanceof QuarantineError;
  return isTold ? cause : new QuarantineError('quarantine-unavailable', { cause });
}

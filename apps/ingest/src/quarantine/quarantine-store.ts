// Keeps what could not become an event, durable, within a quota, and whole but for what could be a secret. It must never
// keep `iparams` or `app_settings`, and never answer before the bytes are on disk.
import { createHash } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import { cutSecrets } from './cut-secrets.js';
import { openQuarantineFile } from './open-quarantine-file.js';
import {
  QuarantineError,
  type QuarantineItem,
  type QuarantineItemWithRaw,
  type RefusalReceived,
} from './quarantine-item.js';
import {
  prepareQueries,
  type ListQuery,
  type NewItem,
  type QuarantineQueries,
} from './quarantine-queries.js';

export interface QuarantineOptions {
  readonly file: string;
  /** Bounds of the open items; resolved ones do not count. */
  readonly maxItems: number;
  readonly maxBytes: number;
}

/** Open items and their kept bytes. */
export interface QuarantineTotals {
  readonly items: number;
  readonly bytes: number;
}

/** Ids in the order of the refusals, or why none of them was kept. */
export type KeepResult = { readonly ids: readonly string[] } | { readonly error: QuarantineError };

export class QuarantineStore {
  private readonly db: Database;
  private readonly queries: QuarantineQueries;
  private openTotals: QuarantineTotals;

  constructor(private readonly options: QuarantineOptions) {
    this.db = openQuarantineFile(options.file);
    this.queries = prepareQueries(this.db);
    this.openTotals = this.queries.totals();
  }

  /** Each group whole or not at all, all in one synced transaction. Never throws. */
  keep(groups: readonly (readonly RefusalReceived[])[]): KeepResult[] {
    const before = this.openTotals;
    try {
      return this.db.transaction(() => groups.map((group) => this.keepGroup(group))).immediate();
    } catch (cause) {
      this.openTotals = before;
      const error = new QuarantineError('quarantine-unavailable', { cause });
      return groups.map(() => ({ error }));
    }
  }

  /** Newest first. */
  list(query: ListQuery): QuarantineItem[] {
    return this.queries.list(query);
  }

  get(id: number): QuarantineItemWithRaw | null {
    return this.queries.get(id);
  }

  /** An event was made of it; a second time changes nothing. `at`: epoch ms. */
  resolve(id: number, eventId: string, at: number): void {
    try {
      this.queries.resolve(id, eventId, at);
      this.openTotals = this.queries.totals();
    } catch (cause) {
      throw new QuarantineError('quarantine-unavailable', { cause });
    }
  }

  totals(): QuarantineTotals {
    return this.openTotals;
  }

  isFull(): boolean {
    return this.openTotals.items >= this.options.maxItems || this.openTotals.bytes >= this.options.maxBytes;
  }

  close(): void {
    this.db.close();
  }

  private keepGroup(group: readonly RefusalReceived[]): KeepResult {
    const before = this.openTotals;
    try {
      return { ids: this.db.transaction(() => group.map((one) => this.keepOne(one)))() };
    } catch (error) {
      if (!(error instanceof QuarantineError)) throw error;
      this.openTotals = before;
      return { error };
    }
  }

  private keepOne({ refusal, reception }: RefusalReceived): string {
    const { bytes: raw, missing } = cutSecrets(refusal.bytes);
    const isTruncated = missing !== null || refusal.totalBytes > refusal.bytes.length;
    const detail = missing === null ? refusal.detail : `${refusal.detail} ${missing}`;
    const item = { refusal: { ...refusal, detail }, reception, raw, isTruncated };
    const hash = hashOf(item);
    const known = this.queries.seenAgain(hash, reception.receivedAt);
    if (known !== null) return String(known);
    const items = this.openTotals.items + 1;
    const bytes = this.openTotals.bytes + raw.length;
    if (items > this.options.maxItems || bytes > this.options.maxBytes) {
      throw new QuarantineError('quarantine-full');
    }
    this.openTotals = { items, bytes };
    return String(this.queries.insert({ ...item, hash }));
  }
}

/**
 * One row for what is the same: the reason, the form and the bytes, those not kept included by their number (and, where
 * the detail names it, their hash); and of a message from Kafka its place, so that it is found by it, and one that is
 * delivered again is the same.
 */
function hashOf({ refusal, reception, raw, isTruncated }: Omit<NewItem, 'hash'>): Buffer {
  const { code, detail, form, totalBytes } = refusal;
  const { kafka } = reception;
  const dropped = isTruncated ? `${totalBytes - raw.length} ${detail}` : '0';
  const place = kafka === undefined ? '' : `${kafka.topic}\n${kafka.partition}\n${kafka.offset}\n`;
  return createHash('sha256').update(`${code}\n${form}\n${dropped}\n${place}`).update(raw).digest();
}

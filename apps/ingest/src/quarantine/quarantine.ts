// The quarantine as the app sees it, on either engine: beside an embedded log a file of its own, beside one in KurrentDB
// streams of that log. It must never answer that something is kept before it is durable.
import type { EventStoreError } from '@libs/event-store';
import type {
  QuarantineError,
  QuarantineItem,
  QuarantineItemWithRaw,
  RefusalReceived,
} from './quarantine-item.js';

/** Bounds of the open items; resolved ones do not count. */
export interface QuarantineQuota {
  readonly maxItems: number;
  readonly maxBytes: number;
}

/** Open items and their kept bytes. */
export interface QuarantineTotals {
  readonly items: number;
  readonly bytes: number;
}

export interface ListQuery {
  /** Which accounts' items; `*` also those of none. */
  readonly accounts: '*' | readonly string[];
  readonly code: string | null;
  readonly state: 'open' | 'resolved' | 'all';
  /** Only ids below this one. */
  readonly before: number | null;
  readonly limit: number;
}

/** Ids in the order of the refusals, or why the group is not acknowledged. */
export type KeepResult =
  { readonly ids: readonly string[] } | { readonly error: QuarantineError | EventStoreError };

/** What reads and `resolve` throw: `QuarantineError`, and where the log keeps it `EventStoreError`. */
export interface Quarantine {
  /** Each group whole or not at all. Never rejects. */
  keep(groups: readonly (readonly RefusalReceived[])[]): Promise<readonly KeepResult[]>;
  /** Newest first. */
  list(query: ListQuery): Promise<QuarantineItem[]>;
  get(id: number): Promise<QuarantineItemWithRaw | null>;
  /** An event was made of it; a second time changes nothing. `at`: epoch ms. */
  resolve(id: number, eventId: string, at: number): Promise<void>;
  /** As last seen; of items that other processes keep a few seconds late. */
  totals(): QuarantineTotals;
  /** Why it cannot serve now, for people; null if it can. */
  trouble(): string | null;
  /** After the log was closed. */
  close(): Promise<void>;
}

export function isFull({ items, bytes }: QuarantineTotals, { maxItems, maxBytes }: QuarantineQuota): boolean {
  return items >= maxItems || bytes >= maxBytes;
}

export const FULL = 'the quarantine is full';

// What the quarantine keeps of a payload that could not become an event.
import type { QuarantineCode } from '@libs/domain';
import type { PayloadForm, RefusedPayload } from '../record-agent-update/received-update.js';
import type { Reception } from '../record-agent-update/record-agent-update.js';

/**
 * Times in epoch ms. The same bytes refused again for the same reason count up `seen` and nothing else; of messages from
 * Kafka each is kept by itself, and counts up when it is delivered again.
 */
export interface QuarantineItem {
  readonly id: number;
  readonly code: QuarantineCode;
  readonly detail: string;
  /** Null: none could be told. */
  readonly accountId: string | null;
  readonly via: Reception['via'];
  /** Where it lies in Kafka; null if it did not come from there. */
  readonly kafka: NonNullable<Reception['kafka']> | null;
  readonly form: PayloadForm;
  readonly receivedAt: number;
  readonly lastSeenAt: number;
  readonly seen: number;
  /** Kept bytes, after the secrets were cut. */
  readonly bytes: number;
  /** As received. */
  readonly totalBytes: number;
  /** More is missing than members that could hold secrets, mostly the end; it cannot be decoded again. */
  readonly isTruncated: boolean;
  /** When a retry made an event of it, and which; else null. */
  readonly resolvedAt: number | null;
  readonly eventId: string | null;
}

export interface QuarantineItemWithRaw extends QuarantineItem {
  readonly raw: Buffer;
}

/** Before it has an id. */
export interface NewItem extends Omit<QuarantineItemWithRaw, 'id' | 'resolvedAt' | 'eventId'> {
  /** What is the same has the same: SHA-256. */
  readonly hash: Buffer;
}

export type Refusal = Omit<RefusedPayload, 'kind'>;

/** A refusal and how it came in. */
export interface RefusalReceived {
  readonly refusal: Refusal;
  readonly reception: Reception;
}

/** `quarantine-full`: the quota is used up. `quarantine-unavailable`: its file cannot be used. Nothing is acknowledged. */
export class QuarantineError extends Error {
  constructor(
    readonly code: 'quarantine-full' | 'quarantine-unavailable',
    options?: ErrorOptions,
  ) {
    super(code === 'quarantine-full' ? 'the quarantine is full' : 'the quarantine cannot be used', options);
    this.name = 'QuarantineError';
  }
}

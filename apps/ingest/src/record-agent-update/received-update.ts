// What one payload turned out to be: an event to append, or a refusal with what the quarantine needs to keep it whole.
import type { QuarantineCode } from '@libs/domain';
import type { SerializedJson } from '@libs/event-store';

/** `payload`: bytes as sent, which count against the size limit. `item`: of an array, measured as compact JSON. */
export type PayloadForm = 'payload' | 'item';

/** One payload, not judged yet. */
export interface Payload {
  readonly bytes: Buffer;
  readonly form: PayloadForm;
  /** Greater than the length of `bytes` where they were cut off. */
  readonly totalBytes: number;
}

export interface UnderstoodUpdate {
  readonly kind: 'understood';
  readonly eventId: string;
  readonly fingerprint: string;
  readonly accountId: string;
  readonly agentId: string;
  /** Epoch ms. */
  readonly at: number;
  /** An `AgentUpdatedData`. */
  readonly data: SerializedJson;
}

/** `bytes` still holds everything that was sent; whoever keeps it cuts the secrets first. */
export interface RefusedPayload extends Payload {
  readonly kind: 'refused';
  readonly code: QuarantineCode;
  readonly detail: string;
  /** The account it names, if it names one. */
  readonly accountId: string | null;
}

/** Of an account outside the sender's: counted and answered, never kept. */
export interface RejectedUpdate {
  readonly kind: 'rejected';
  readonly accountId: string;
}

export type DecodedPayload = UnderstoodUpdate | RefusedPayload;
export type ReceivedUpdate = DecodedPayload | RejectedUpdate;

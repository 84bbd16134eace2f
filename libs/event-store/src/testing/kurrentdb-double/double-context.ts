// What the double's calls share.
import type { Metadata } from '@grpc/grpc-js';
import type { DoubleFaults } from './double-faults.js';
import type { EventLog } from './event-log.js';

/** Any call, as far as credentials are concerned. */
export interface AdmittedCall {
  readonly metadata: Metadata;
  emit(event: 'error', error: Error): boolean;
}

export interface DoubleContext {
  readonly log: EventLog;
  readonly faults: DoubleFaults;
  readonly maxAppendBytes: number;
  /** Every append that was let through to the log, repetitions too. */
  readonly appends: { readonly stream: string; readonly events: number }[];
  /** Ends the call (by `refuse`, if it is a unary one) as the server does when the credentials are wrong. */
  admits(call: AdmittedCall, refuse?: (refusal: Error) => unknown): boolean;
  cutConnections(): void;
  /** Fires when the server stops. */
  readonly stopped: AbortSignal;
  /** The subscriptions that are open. */
  readonly subscriptions: Set<{ end(): void }>;
  /** Events sent over all subscriptions so far. */
  sent: number;
  /** Reads of single streams so far. */
  streamReads: number;
}

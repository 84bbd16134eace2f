// What became of one payload. Nothing here holds more of it than its ids.
import type { Position } from '@libs/event-store';
import type { QuarantineCode } from '@libs/domain';

export type UpdateResult = RecordedUpdate | QuarantinedUpdate | RejectedResult;

/** `duplicate`: revision and position are those of the event appended first. */
export interface RecordedUpdate {
  readonly outcome: 'appended' | 'duplicate';
  readonly eventId: string;
  readonly accountId: string;
  readonly agentId: string;
  readonly revision: number;
  readonly position: Position;
}

export interface QuarantinedUpdate {
  readonly outcome: 'quarantined';
  readonly accountId: string | null;
  readonly code: QuarantineCode;
  readonly detail: string;
  readonly quarantineId: string;
}

export interface RejectedResult {
  readonly outcome: 'rejected';
  readonly accountId: string;
}

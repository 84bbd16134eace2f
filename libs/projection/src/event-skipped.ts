// The recorded act of skipping a poison event. It is an event like any other, so that every later fold honours it; the
// projector never records one, the operator does so through ingest.
import type { NewEvent, Position, RecordedEvent } from '@libs/event-store';
import { z } from 'zod';

export const OPERATIONS_STREAM = 'operations';
export const EVENT_SKIPPED = 'EventSkipped';

/** `position`: where the event that is skipped stands, a decimal string. */
export const eventSkippedData = z.object({
  position: z.string().regex(/^\d+$/),
  reason: z.string().min(1),
});
export type EventSkippedData = z.infer<typeof eventSkippedData>;

export interface SkipRequest {
  /** The id of the new event, a UUID. */
  readonly id: string;
  readonly position: Position;
  readonly reason: string;
  readonly metadata: unknown;
}

/** The event to append to `OPERATIONS_STREAM`. */
export function eventSkipped({ id, position, reason, metadata }: SkipRequest): NewEvent {
  return {
    id,
    type: EVENT_SKIPPED,
    data: eventSkippedData.parse({ position: String(position), reason }),
    metadata,
  };
}

/** The position an event asks to skip; null when it is no such event, or is one that names no position. */
export function skippedPosition(event: RecordedEvent): Position | null {
  if (event.stream !== OPERATIONS_STREAM || event.type !== EVENT_SKIPPED) return null;
  const parsed = eventSkippedData.safeParse(event.data);
  return parsed.success ? BigInt(parsed.data.position) : null;
}

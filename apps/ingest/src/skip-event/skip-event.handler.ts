// Appends an `EventSkipped` to the stream `operations`, once for each position.
import { createHash } from 'node:crypto';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { eventIdOf } from '@libs/domain';
import {
  EventStoreError,
  type EventStore,
  type NewEvent,
  type Position,
  type RecordedEvent,
} from '@libs/event-store';
import { eventSkipped, OPERATIONS_STREAM } from '@libs/projection';
import { EVENT_STORE, NOW } from '../tokens.js';
import { SkipEvent, type SkipResult } from './skip-event.js';

/** Others append to the stream seldom: an operator would have to lose every one of these races. */
const MAX_ATTEMPTS = 10;

/** A store whose positions do not count events one by one: what is after the position before it cannot be asked. */
interface FindsEvents {
  eventAt(position: Position): Promise<RecordedEvent | null>;
}

@CommandHandler(SkipEvent)
export class SkipEventHandler implements ICommandHandler<SkipEvent> {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore & Partial<FindsEvents>,
    @Inject(NOW) private readonly now: () => number,
  ) {}

  async execute({ position, reason, keyId }: SkipEvent): Promise<SkipResult> {
    if (!(await this.exists(position))) return { outcome: 'unknown' };
    // The id follows from the position, so that skipping it twice is one event.
    const id = eventIdOf(
      createHash('sha256')
        .update(`skip:${String(position)}`)
        .digest('hex'),
    );
    const event = eventSkipped({ id, position, reason, metadata: { receivedAt: this.now(), keyId } });
    return this.append(event);
  }

  private async exists(position: bigint): Promise<boolean> {
    const head = await this.store.head();
    if (position < 1n || head === null || position > head) return false;
    if (this.store.eventAt !== undefined) return (await this.store.eventAt(position)) !== null;
    const { events } = await this.store.readAll({ after: position - 1n, limit: 1 });
    return events[0]?.position === position;
  }

  private async append(event: NewEvent): Promise<SkipResult> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const [last] = await this.store.readStream(OPERATIONS_STREAM, { direction: 'backwards', limit: 1 });
      const expectedRevision = last?.revision ?? 'noStream';
      const [result] = await this.store.append([
        { stream: OPERATIONS_STREAM, expectedRevision, events: [event] },
      ]);
      if (result !== undefined && result.outcome !== 'conflict') {
        return { outcome: result.outcome, eventId: event.id, position: result.position };
      }
    }
    throw new EventStoreError('store-unavailable', `still in conflict after ${MAX_ATTEMPTS} attempts`);
  }
}

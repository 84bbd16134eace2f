// The immutable events behind an agent's timeline: where they stand comes from the read model, what they say from the
// log itself.
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import {
  agentStream,
  extractEvidence,
  joinPersonal,
  type AgentUpdatedData,
  type AgentUpdatedMetadata,
  type Json,
} from '@libs/domain';
import type { RecordedEvent } from '@libs/event-store';
import { z } from 'zod';
import { EventLog } from './event-log.js';
import { ReadModelReader } from './read-model-reader.js';
import type { AskedRead } from './read-request.js';

const zPlaces = z.looseObject({
  events: z.array(
    z.object({
      eventId: z.string(),
      position: z.string(),
      revision: z.int(),
      at: z.string(),
      recordedAt: z.string(),
    }),
  ),
});
type Place = z.output<typeof zPlaces>['events'][number];

export interface AgentEvent extends Place {
  readonly type: string;
  readonly receivedAt: string;
  readonly by: 'self' | 'other';
  /** `data.changes` as received; null if there was none. */
  readonly changes: Json;
  /** As received, but for its copy of the agent; null if there was none. */
  readonly actor: Json;
  readonly source: Json;
}

export interface AgentEvents {
  readonly events: readonly AgentEvent[];
}

export class GetAgentEvents extends Query<AgentEvents> {
  constructor(readonly asked: AskedRead<'event-places'>) {
    super();
  }
}

@QueryHandler(GetAgentEvents)
export class GetAgentEventsHandler implements IQueryHandler<GetAgentEvents, AgentEvents> {
  constructor(
    private readonly reader: ReadModelReader,
    private readonly log: EventLog,
  ) {}

  async execute({ asked }: GetAgentEvents): Promise<AgentEvents> {
    const text = await this.reader.answer(asked);
    const { events: places, ...rest } = zPlaces.parse(JSON.parse(text.toString()));
    const { account, agentId } = asked.request.parameters;
    const found = await this.log.read(
      agentStream(account, agentId),
      places.map(({ revision }) => revision),
    );
    return { events: places.map((place) => shown(place, found.get(place.revision))), ...rest };
  }
}

function shown(place: Place, event: RecordedEvent | undefined): AgentEvent {
  if (event?.id !== place.eventId) {
    throw new Error(`the log has another event at position ${place.position} than the read model`);
  }
  const data = event.data as AgentUpdatedData;
  const { fingerprint, receivedAt } = event.metadata as AgentUpdatedMetadata;
  const { changes = null, actor = null } = joinPersonal(data);
  return {
    ...place,
    type: event.type,
    receivedAt: new Date(receivedAt).toISOString(),
    by: extractEvidence(event.id, fingerprint, data).by,
    changes,
    actor: withoutAgent(actor),
    source: { ...data.source },
  };
}

/** Freshworks repeats the whole agent in its actor. */
function withoutAgent(actor: Json): Json {
  if (actor === null || typeof actor !== 'object' || Array.isArray(actor)) return actor;
  const { agent: _, ...rest } = actor;
  return rest;
}

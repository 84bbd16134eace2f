// The immutable events behind an agent's timeline: where they stand comes from the read model, what they say from the
// log itself. Runs in a reader thread; must never append, nor hold much more of the log than one page shows.
import {
  agentStream,
  extractEvidence,
  joinPersonal,
  type AgentUpdatedData,
  type AgentUpdatedMetadata,
  type Json,
} from '@libs/domain';
import type { EventStore, RecordedEvent } from '@libs/event-store';
import type { QueryParameters, QueryReply } from '@libs/read-models';
import { z } from 'zod';

/** A page ends before the event that would take its JSON beyond this, but has one event at least. */
export const MOST_PAGE_BYTES = 4_000_000;
/** An event has up to a quarter of a megabyte as received. */
const EVENTS_AT_ONCE = 20;

const zPlaces = z.array(
  z.object({
    eventId: z.string(),
    position: z.string(),
    revision: z.int(),
    at: z.string(),
    recordedAt: z.string(),
    /** What the next page's `after` must be, were this the last event shown. */
    after: z.string(),
  }),
);
type Place = Omit<z.output<typeof zPlaces>[number], 'after'>;

interface AgentEvent extends Place {
  readonly type: string;
  readonly receivedAt: string;
  readonly by: 'self' | 'other';
  /** `data.changes` as received; null if there was none. */
  readonly changes: Json;
  /** As received, but for its copy of the agent; null if there was none. */
  readonly actor: Json;
  readonly source: Json;
}

/** From the places of a page to its events. Throws what the log throws. */
export async function withAgentEvents(
  openLog: () => Promise<EventStore>,
  { account, agentId }: QueryParameters['event-places'],
  { body, next }: QueryReply,
): Promise<QueryReply> {
  const places = zPlaces.parse(body.events);
  const events: AgentEvent[] = [];
  if (places.length === 0) return { body: { ...body, events }, next };
  const log = await openLog();
  const stream = agentStream(account, agentId);
  let bytes = 0;
  let last: string | null = null;
  for (let first = 0; first < places.length; first += EVENTS_AT_ONCE) {
    const some = places.slice(first, first + EVENTS_AT_ONCE);
    const found = await eventsAt(log, stream, some);
    for (const { after, ...place } of some) {
      const event = shown(place, found.get(place.revision));
      bytes += Buffer.byteLength(JSON.stringify(event));
      if (bytes > MOST_PAGE_BYTES && last !== null) return { body: { ...body, events }, next: last };
      events.push(event);
      last = after;
    }
  }
  return { body: { ...body, events }, next };
}

async function eventsAt(
  log: EventStore,
  stream: string,
  places: readonly Place[],
): Promise<ReadonlyMap<number, RecordedEvent>> {
  const found = new Map<number, RecordedEvent>();
  for (const { from, limit } of runsOf(places.map(({ revision }) => revision))) {
    for (const event of await log.readStream(stream, { from, limit })) found.set(event.revision, event);
  }
  return found;
}

/** Neighbouring revisions are read together. */
function runsOf(revisions: readonly number[]): { readonly from: number; readonly limit: number }[] {
  const runs: { from: number; limit: number }[] = [];
  for (const revision of [...revisions].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last && revision === last.from + last.limit) last.limit += 1;
    else runs.push({ from: revision, limit: 1 });
  }
  return runs;
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

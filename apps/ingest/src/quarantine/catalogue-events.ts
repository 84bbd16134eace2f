// The events of the quarantine's catalogue, the one stream that says what is kept: small, without the bytes. An item's id
// is the number of its first event, counted from 1. What is in the catalogue stays readable for ever: add types, change none.
import { createHash } from 'node:crypto';
import { eventIdOf, QUARANTINE_CODES } from '@libs/domain';
import { EventStoreError, type NewEvent, type RecordedEvent } from '@libs/event-store';
import { z } from 'zod';
import type { NewItem } from './quarantine-item.js';

/** Nothing that follows agents or operations sees a stream of this name, or one that begins so. */
export const CATALOGUE = 'quarantine';

const zQuarantined = z.object({
  /** SHA-256 in hex, by which its bytes are found. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  code: z.enum(QUARANTINE_CODES),
  detail: z.string(),
  accountId: z.string().nullable(),
  via: z.enum(['http', 'kafka', 'import']),
  kafka: z.object({ topic: z.string(), partition: z.int(), offset: z.string() }).nullable(),
  form: z.enum(['payload', 'item']),
  receivedAt: z.int(),
  lastSeenAt: z.int(),
  seen: z.int(),
  bytes: z.int(),
  totalBytes: z.int(),
  isTruncated: z.boolean(),
});
const zId = z.int().positive();

const zEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('PayloadQuarantined'), data: zQuarantined }),
  z.object({ type: z.literal('PayloadSeenAgain'), data: z.object({ id: zId, count: zId, at: z.int() }) }),
  z.object({
    type: z.literal('PayloadResolved'),
    data: z.object({ id: zId, eventId: z.string(), at: z.int() }),
  }),
]);

export type CatalogueEvent = z.output<typeof zEvent>;
type Quarantined = z.output<typeof zQuarantined>;

/** An event of the catalogue and where it stands. */
export interface CatalogueEntry {
  readonly revision: number;
  readonly eventId: string;
  readonly event: CatalogueEvent;
}

export const itemIdAt = (revision: number): number => revision + 1;

export function quarantined({ raw: _raw, hash, ...item }: NewItem): CatalogueEvent {
  return { type: 'PayloadQuarantined', data: { ...item, hash: hash.toString('hex') } };
}

/** Without its bytes, which are elsewhere. */
export function itemOf({ hash, ...data }: Quarantined): NewItem {
  return { ...data, hash: Buffer.from(hash, 'hex'), raw: Buffer.alloc(0) };
}

/**
 * The id follows from what is said, where, and by which process (`writer`): an append that is repeated has it again, and
 * two processes that say the same at once do not, so that one of them meets a conflict and nothing is counted once for two.
 */
export function entryAt(revision: number, event: CatalogueEvent, writer: string): CatalogueEntry {
  const said = JSON.stringify([writer, revision, event]);
  return { revision, eventId: eventIdOf(createHash('sha256').update(said).digest('hex')), event };
}

export function toNewEvent({ eventId, event }: CatalogueEntry): NewEvent {
  return { id: eventId, type: event.type, data: event.data, metadata: {} };
}

/** Throws `store-corrupt` for what is none: a newer program wrote it, or nobody of ours. */
export function readEntry({ revision, id, type, data }: RecordedEvent): CatalogueEntry {
  const parsed = zEvent.safeParse({ type, data });
  if (parsed.success) return { revision, eventId: id, event: parsed.data };
  const what = `event ${revision} of the stream ${CATALOGUE} is not one that this program knows`;
  throw new EventStoreError('store-corrupt', `event store: ${what}`);
}

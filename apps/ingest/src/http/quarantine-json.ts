// Quarantined payloads as clients see them: times in ISO 8601, ids as text.
import { isUtf8 } from 'node:buffer';
import { QUARANTINE_CODES } from '@libs/domain';
import { zId, zLimit } from '@libs/platform';
import { z } from 'zod';
import type { QuarantineItem, QuarantineItemWithRaw } from '../quarantine/quarantine-item.js';

export const zState = z.enum(['open', 'resolved', 'all']);

/** Absent filters are those of the cursor, if there is one. */
export const zListQuery = z.strictObject({
  code: z.enum(QUARANTINE_CODES, 'must be a reason code').optional(),
  accountId: zId.optional(),
  state: zState.optional().meta({ description: 'By default open: not resolved by a retry' }),
  limit: zLimit,
  cursor: z.string().max(500).optional(),
});

export const zItemId = z.strictObject({
  id: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, 'must be the id of a quarantined item')
    .transform(Number),
});

export const zItem = z.object({
  id: z.string(),
  code: z.string(),
  detail: z.string(),
  accountId: z.string().nullable(),
  via: z.enum(['http', 'kafka', 'import']),
  kafka: z
    .object({ topic: z.string(), partition: z.int(), offset: z.string() })
    .nullable()
    .meta({ description: 'Where it lies in Kafka, if it came from there' }),
  receivedAt: z.string(),
  lastSeenAt: z.string(),
  seen: z.int().meta({ description: 'How often these same bytes were refused' }),
  bytes: z.int(),
  totalBytes: z.int(),
  truncated: z.boolean(),
  resolvedAt: z.string().nullable(),
  eventId: z.string().nullable(),
});

export const zItemWithRaw = zItem.extend({
  rawEncoding: z.enum(['utf8', 'base64']),
  raw: z.string(),
});

export const zListReply = z.object({ items: z.array(zItem), nextCursor: z.string().nullable() });

export function toItemJson(item: QuarantineItem): z.output<typeof zItem> {
  const { id, code, detail, accountId, via, kafka, seen, bytes, totalBytes, isTruncated, eventId } = item;
  return {
    id: String(id),
    code,
    detail,
    accountId,
    via,
    kafka,
    receivedAt: new Date(item.receivedAt).toISOString(),
    lastSeenAt: new Date(item.lastSeenAt).toISOString(),
    seen,
    bytes,
    totalBytes,
    truncated: isTruncated,
    resolvedAt: item.resolvedAt === null ? null : new Date(item.resolvedAt).toISOString(),
    eventId,
  };
}

export function toItemWithRawJson(item: QuarantineItemWithRaw): z.output<typeof zItemWithRaw> {
  const rawEncoding = isUtf8(item.raw) ? 'utf8' : 'base64';
  return { ...toItemJson(item), rawEncoding, raw: item.raw.toString(rawEncoding) };
}

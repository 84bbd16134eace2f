// When the change happened, by the source's clock (semantics §1).
import type { Json, JsonObject } from './agent-updated.js';
import { after, attributeOf, modelChangesOf, type Attribute } from './attribute.js';
import { notUnderstood, type NotUnderstood } from './quarantine-code.js';
import { readTime } from './read-time.js';
import { isAbsent } from './read-values.js';

/** 2000-01-01T00:00:00Z. */
export const EARLIEST_AT = 946_684_800_000;
const LATEST_AFTER_RECEIPT_MS = 86_400_000;

export interface Time {
  /** Epoch ms. */
  readonly at: number;
  readonly atFromWrapper: boolean;
}

export function readAt(
  wrapper: JsonObject,
  agent: JsonObject,
  changes: Json | undefined,
  receivedAt: number,
): Time | NotUnderstood {
  const modelChanges = modelChangesOf(changes);
  const updated = attributeOf(agent, modelChanges, 'updated_at');
  const lastChange = attributeOf(agent, modelChanges, 'last_status_change_at');
  if (hasUnreadableTime(updated))
    return notUnderstood('invalid-time', 'updated_at is not a time, in agent or in changes.');
  if (hasUnreadableTime(lastChange)) {
    return notUnderstood('invalid-time', 'last_status_change_at is not a time, in agent or in changes.');
  }

  const updatedAt = readTime(after(updated));
  if (updatedAt === undefined && isUnreadableTime(wrapper.timestamp)) {
    return notUnderstood('invalid-time', 'timestamp is not a time.');
  }
  const at = updatedAt ?? readTime(wrapper.timestamp);
  if (at === undefined) return notUnderstood('no-time', 'updated_at and timestamp are both absent.');
  if (!(at >= EARLIEST_AT && at <= receivedAt + LATEST_AFTER_RECEIPT_MS)) {
    return notUnderstood('implausible-time', 'The time is before 2000 or over 24 hours after receipt.');
  }
  return { at, atFromWrapper: updatedAt === undefined };
}

function hasUnreadableTime({ pair, current }: Attribute): boolean {
  return isUnreadableTime(current) || isUnreadableTime(pair?.[0]) || isUnreadableTime(pair?.[1]);
}

function isUnreadableTime(value: Json | undefined): boolean {
  return !isAbsent(value) && readTime(value) === undefined;
}

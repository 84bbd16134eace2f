// What the quarantine keeps of a refusal, and by what it knows it again. It must never let a secret through.
import { createHash } from 'node:crypto';
import { cutSecrets } from './cut-secrets.js';
import type { NewItem, RefusalReceived } from './quarantine-item.js';

export function toNewItem({ refusal, reception }: RefusalReceived): NewItem {
  const { code, accountId, form, totalBytes } = refusal;
  const { via, receivedAt, kafka = null } = reception;
  const { bytes: raw, missing } = cutSecrets(refusal.bytes);
  const item = {
    ...{ code, accountId, via, kafka, form, receivedAt, lastSeenAt: receivedAt, seen: 1 },
    detail: missing === null ? refusal.detail : `${refusal.detail} ${missing}`,
    bytes: raw.length,
    totalBytes,
    isTruncated: missing !== null || totalBytes > refusal.bytes.length,
    raw,
  };
  return { ...item, hash: hashOf(item) };
}

/**
 * One item for what is the same: the reason, the form and the bytes, those not kept included by their number (and, where
 * the detail names it, their hash); and of a message from Kafka its place, so that it is found by it, and one that is
 * delivered again is the same.
 */
function hashOf({ code, detail, form, totalBytes, kafka, raw, isTruncated }: Omit<NewItem, 'hash'>): Buffer {
  const dropped = isTruncated ? `${totalBytes - raw.length} ${detail}` : '0';
  const place = kafka === null ? '' : `${kafka.topic}\n${kafka.partition}\n${kafka.offset}\n`;
  return createHash('sha256').update(`${code}\n${form}\n${dropped}\n${place}`).update(raw).digest();
}

// Decodes one payload. It must never throw, whatever the bytes, and never judge what the domain's decoder judges.
import { decodeAgentUpdate, MAX_PAYLOAD_BYTES, parsePayload, type QuarantineCode } from '@libs/domain';
import { accountOf } from './account-of.js';
import type { DecodedPayload, Payload } from './received-update.js';

/** `receivedAt`: epoch ms. */
export function decodePayload(payload: Payload, receivedAt: number): DecodedPayload {
  const { bytes, form, totalBytes } = payload;
  const refused = (code: QuarantineCode, detail: string, accountId: string | null): DecodedPayload => ({
    kind: 'refused',
    code,
    detail,
    accountId,
    bytes,
    form,
    totalBytes,
  });
  if (totalBytes > bytes.length) {
    return refused(
      'too-large',
      `The payload is over ${MAX_PAYLOAD_BYTES} bytes; its end was not kept.`,
      null,
    );
  }
  const parsed = parsePayload(bytes);
  if (!parsed.ok) return refused(parsed.code, parsed.detail, null);
  const reception = form === 'payload' ? { receivedAt, byteLength: bytes.length } : { receivedAt };
  const decoded = decodeAgentUpdate(parsed.payload, reception);
  if (!decoded.ok) return refused(decoded.code, decoded.detail, accountOf(parsed.payload));
  const { eventId, fingerprint, data } = decoded.update;
  const { accountId, agentId, at } = data;
  return { kind: 'understood', eventId, fingerprint, accountId, agentId, at, data };
}

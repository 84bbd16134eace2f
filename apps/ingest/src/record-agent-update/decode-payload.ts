// Decodes one payload. It must never throw, whatever the bytes, and never judge what the domain's decoder judges.
import { encodeAgentUpdate, MAX_PAYLOAD_BYTES, parsePayload, type QuarantineCode } from '@libs/domain';
import { SerializedJson } from '@libs/event-store';
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
  const encoded = encodeAgentUpdate(parsed.payload, reception);
  if (!encoded.ok) return refused(encoded.code, encoded.detail, accountOf(parsed.payload));
  const { eventId, fingerprint, accountId, agentId, at, json } = encoded.update;
  const data = new SerializedJson(json);
  return { kind: 'understood', eventId, fingerprint, accountId, agentId, at, data };
}

// One payload on its way in: what it says, or why it is none, with what the quarantine needs to keep it whole.
// It must never judge what the decoder judges.
import { isUtf8 } from 'node:buffer';
import { decodeAgentUpdate, MAX_PAYLOAD_BYTES, type DecodedUpdate, type QuarantineCode } from '@libs/domain';
import { accountOf } from './account-of.js';

/** `payload`: bytes as sent, which count against the size limit. `item`: of an array, measured as compact JSON. */
export type PayloadForm = 'payload' | 'item';

export interface UnderstoodUpdate {
  readonly kind: 'understood';
  readonly update: DecodedUpdate;
}

/** `raw` still holds everything that was sent; whoever keeps it cuts the secrets first. */
export interface RefusedPayload {
  readonly kind: 'refused';
  readonly code: QuarantineCode;
  readonly detail: string;
  /** The account it names, if it names one. */
  readonly accountId: string | null;
  readonly raw: Buffer;
  /** Greater than the length of `raw` where it was cut off. */
  readonly totalBytes: number;
  readonly form: PayloadForm;
}

/** Of an account outside the sender's: counted and answered, never kept. */
export interface RejectedUpdate {
  readonly kind: 'rejected';
  readonly accountId: string;
}

export type ReceivedUpdate = UnderstoodUpdate | RefusedPayload | RejectedUpdate;

export interface Payload {
  readonly bytes: Buffer;
  readonly form: PayloadForm;
  /** Where the bytes were cut off: how many there were. */
  readonly totalBytes?: number;
}

/** `receivedAt`: epoch ms. Never throws, whatever the bytes. */
export function receivePayload(payload: Payload, receivedAt: number): UnderstoodUpdate | RefusedPayload {
  const { bytes, form, totalBytes = bytes.length } = payload;
  const refused = (code: QuarantineCode, detail: string, accountId: string | null): RefusedPayload => ({
    kind: 'refused',
    code,
    detail,
    accountId,
    raw: bytes,
    totalBytes,
    form,
  });
  if (totalBytes > bytes.length) {
    return refused(
      'too-large',
      `The payload is over ${MAX_PAYLOAD_BYTES} bytes; its end was not kept.`,
      null,
    );
  }
  const parsed = parseJson(bytes);
  if (parsed === undefined) return refused('not-json', 'The payload is not JSON in UTF-8.', null);
  const decoded = decodeAgentUpdate(parsed.value, {
    receivedAt,
    ...(form === 'payload' ? { byteLength: bytes.length } : {}),
  });
  if (decoded.ok) return { kind: 'understood', update: decoded.update };
  return refused(decoded.code, decoded.detail, accountOf(parsed.value));
}

/** Undefined for what is not JSON in UTF-8. */
export function parseJson(bytes: Buffer): { readonly value: unknown } | undefined {
  if (!isUtf8(bytes)) return undefined;
  try {
    return { value: JSON.parse(bytes.toString()) };
  } catch {
    return undefined;
  }
}

/** The account an update or payload belongs to, as far as it can be told. */
export function accountIdOf(received: ReceivedUpdate): string | null {
  switch (received.kind) {
    case 'understood':
      return received.update.data.accountId;
    case 'refused':
    case 'rejected':
      return received.accountId;
    default:
      throw new Error(`no such kind: ${String(received satisfies never)}`);
  }
}

// Where payloads are decoded: in slices between other work, or in other threads when there are many.
import { createTimeSlice } from '../time-slice.js';
import { decodePayload } from './decode-payload.js';
import type { DecodedPayload, Payload } from './received-update.js';

/** Payloads could not be decoded for now, through no fault of theirs: a thread died or gave no answer. */
export class DecoderError extends Error {
  constructor(cause: unknown) {
    super('the payloads could not be decoded', { cause });
    this.name = 'DecoderError';
  }
}

export interface PayloadDecoder {
  /** One answer a payload, in order. `receivedAt`: epoch ms. Throws `DecoderError`. */
  decode(payloads: readonly Payload[], receivedAt: number): Promise<readonly DecodedPayload[]>;
  close(): Promise<void>;
}

/** In this thread; the event loop turns in between. */
export const inlineDecoder: PayloadDecoder = {
  decode: async (payloads, receivedAt) => {
    const slice = createTimeSlice();
    const decoded: DecodedPayload[] = [];
    for (const payload of payloads) {
      if (slice.isOver()) await slice.pause();
      decoded.push(decodePayload(payload, receivedAt));
    }
    return decoded;
  },
  close: () => Promise.resolve(),
};

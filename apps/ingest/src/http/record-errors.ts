// What the decoder and the recorder throw, as the answer it means. Nothing of the request was acknowledged: it can be sent again.
import { EventStoreError } from '@libs/event-store';
import { ProblemError } from '@libs/platform';
import { QuarantineError } from '../quarantine/quarantine-item.js';
import { DecoderError } from '../record-agent-update/payload-decoder.js';

const RETRY_SECONDS = 2;
const QUARANTINE_RETRY_SECONDS = 60;

/** 503 with Retry-After for what can pass; any other error unchanged. */
export function toRecordProblem(error: unknown): unknown {
  if (error instanceof EventStoreError) {
    return new ProblemError('store-unavailable', 'Nothing was acknowledged; send it again.', {
      retryAfterSeconds: RETRY_SECONDS,
      cause: error,
    });
  }
  if (error instanceof QuarantineError) {
    const isFull = error.code === 'quarantine-full';
    const detail = isFull
      ? 'A payload could not be kept: the quarantine is full. Nothing was acknowledged.'
      : 'A payload could not be kept in quarantine. Nothing was acknowledged; send it again.';
    return new ProblemError(isFull ? 'quarantine-full' : 'unavailable', detail, {
      retryAfterSeconds: isFull ? QUARANTINE_RETRY_SECONDS : RETRY_SECONDS,
      cause: error,
    });
  }
  if (error instanceof DecoderError) {
    return new ProblemError(
      'unavailable',
      'It could not be decoded. Nothing was acknowledged; send it again.',
      {
        retryAfterSeconds: RETRY_SECONDS,
        cause: error,
      },
    );
  }
  return error;
}

// The request's body as inflated bytes. Limits apply to what comes out, and only so much is inflated as is asked for.
// Streams are joined by hand: `pipeline` would destroy the connection with the body, and the answer with it.
import { PassThrough, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ProblemError } from '@libs/platform';

export interface IncomingBody {
  /** Fails with what broke the body; see `bodyError`. */
  readonly bytes: Readable;
  /** Stops inflating and keeping: what still comes is read and dropped, so that the answer can get through. */
  discard(): void;
}

/** `encoding`: the Content-Encoding. Throws 415 `unsupported-encoding`. */
export function openBody(encoded: Readable, encoding: string | undefined): IncomingBody {
  const inflate = inflaterOf(encoding);
  const bytes = new PassThrough();
  // Who has stopped reading need not hear of errors.
  bytes.on('error', () => undefined);

  const discard = (error?: Error): void => {
    encoded.unpipe();
    encoded.resume();
    inflate?.unpipe();
    inflate?.destroy();
    bytes.destroy(error);
  };
  encoded.on('error', discard);
  encoded.on('close', () => {
    if (!encoded.readableEnded) discard(new BodyCutOffError());
  });
  inflate?.on('error', discard);
  if (inflate === null) encoded.pipe(bytes);
  else encoded.pipe(inflate).pipe(bytes);
  return { bytes, discard: () => discard() };
}

function inflaterOf(encoding = 'identity'): ReturnType<typeof createGunzip> | null {
  switch (encoding.trim().toLowerCase()) {
    case 'identity':
      return null;
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    default:
      throw new ProblemError('unsupported-encoding', 'Content-Encoding must be gzip or absent.');
  }
}

/** The connection closed before the body's end. */
export class BodyCutOffError extends Error {}

/** What broke a body, as the answer it means: damaged gzip is 400, anything else passes unchanged. */
export function bodyError(error: unknown): unknown {
  if (error instanceof BodyCutOffError || codeOf(error) === 'ECONNRESET') {
    return new ProblemError('malformed-request', 'The body was cut off.');
  }
  return codeOf(error)?.startsWith('Z_') === true
    ? new ProblemError('malformed-request', 'The gzip body is damaged or cut off.')
    : error;
}

/** Judged by what it has, not by its class: Node's own errors can be of another realm. */
function codeOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

// Every bound of the ingest app in one place. Memory stays bounded because each of these does.

const MB = 1024 * 1024;

export interface IngestLimits {
  /** Bytes of an inflated JSON body; beyond them 413. */
  readonly maxJsonBytes: number;
  /** Items of a JSON array; beyond them 413. An array of real payloads meets the bytes first. */
  readonly maxBatchItems: number;
  /** Bytes that are kept of one NDJSON line; the rest of a longer one is read and dropped. */
  readonly maxLineBytes: number;
  /** Updates and raw bytes of one chunk: what is decoded while the one before commits. */
  readonly chunkUpdates: number;
  readonly chunkBytes: number;
  /** Requests that are being read or recorded; beyond them 429. */
  readonly maxRequests: number;
  /** NDJSON requests among them; beyond them 429. */
  readonly maxStreams: number;
  /** Inflated bytes of JSON bodies that are being read or recorded; beyond them 429. */
  readonly maxBytesInFlight: number;
  /** A connection on which nothing moves for so long is cut. */
  readonly idleConnectionMs: number;
  /** Open (not resolved) items of the quarantine and their raw bytes; beyond them 503 `quarantine-full`. */
  readonly quarantineItems: number;
  readonly quarantineBytes: number;
  /** Streams whose revision is remembered; about 250 bytes each. */
  readonly rememberedStreams: number;
}

export const DEFAULT_LIMITS: IngestLimits = {
  maxJsonBytes: 10 * MB,
  maxBatchItems: 100_000,
  maxLineBytes: 10 * MB,
  chunkUpdates: 1_000,
  chunkBytes: 4 * MB,
  maxRequests: 1_000,
  maxStreams: 16,
  maxBytesInFlight: 64 * MB,
  idleConnectionMs: 60_000,
  quarantineItems: 1_000_000,
  quarantineBytes: 1024 * MB,
  rememberedStreams: 100_000,
};

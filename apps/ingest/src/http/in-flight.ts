// How much is being read and recorded at once. Beyond the bounds a request is turned away before it costs memory.
import { ProblemError } from '@libs/platform';
import type { IngestLimits } from '../ingest-limits.js';
import type { IngestMetrics, Refusal429 } from '../ingest-metrics.js';

const RETRY_AFTER_SECONDS = 1;

type Bounds = Pick<IngestLimits, 'maxRequests' | 'maxStreams' | 'maxBytesInFlight'>;

/** A request's share; `release` may be called more than once. */
export interface Lease {
  /** Throws 429 when the bytes of all requests would pass the bound. */
  take(bytes: number): void;
  release(): void;
}

export class InFlight {
  private requests = 0;
  private streams = 0;
  private bytes = 0;

  constructor(
    private readonly limits: Bounds,
    private readonly metrics: Pick<IngestMetrics, 'turnedAway'>,
  ) {}

  /** Throws 429 `too-many-requests`. */
  enter(kind: 'json' | 'stream'): Lease {
    if (this.requests >= this.limits.maxRequests) throw this.turnAway('requests');
    const isStream = kind === 'stream';
    if (isStream && this.streams >= this.limits.maxStreams) throw this.turnAway('streams');
    this.requests += 1;
    if (isStream) this.streams += 1;
    let taken = 0;
    let released = false;
    return {
      take: (bytes) => {
        if (this.bytes + bytes > this.limits.maxBytesInFlight) throw this.turnAway('bytes');
        this.bytes += bytes;
        taken += bytes;
      },
      release: () => {
        if (released) return;
        released = true;
        this.requests -= 1;
        if (isStream) this.streams -= 1;
        this.bytes -= taken;
      },
    };
  }

  totals(): { readonly requests: number; readonly bytes: number } {
    return { requests: this.requests, bytes: this.bytes };
  }

  private turnAway(reason: Refusal429): ProblemError {
    this.metrics.turnedAway.inc({ reason });
    return new ProblemError('too-many-requests', 'Too much is being recorded right now; send it again.', {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  }
}

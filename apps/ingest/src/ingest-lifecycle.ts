// What the app watches while it runs and closes when it stops: after the last request has ended, the queue is drained,
// then the log is closed (which empties its write-ahead log), then the quarantine.
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { EventStoreError, type EventStore } from '@libs/event-store';
import { HealthChecks, type CheckResult } from '@libs/platform';
import { InFlight } from './http/in-flight.js';
import { IngestMetrics } from './ingest-metrics.js';
import { QuarantineStore } from './quarantine/quarantine-store.js';
import type { PayloadDecoder } from './record-agent-update/payload-decoder.js';
import { UpdateRecorder } from './record-agent-update/update-recorder.js';
import { DECODER, EVENT_STORE } from './tokens.js';

/** A store that can tell the size of its write-ahead log. */
interface HasWal {
  walBytes(): number;
}

@Injectable()
export class IngestLifecycle implements OnApplicationShutdown {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore & Partial<HasWal>,
    private readonly quarantine: QuarantineStore,
    private readonly recorder: UpdateRecorder,
    @Inject(DECODER) private readonly decoder: PayloadDecoder,
    inFlight: InFlight,
    metrics: IngestMetrics,
    checks: HealthChecks,
  ) {
    metrics.observe({
      walBytes: () => store.walBytes?.() ?? 0,
      quarantine: () => quarantine.totals(),
      inFlight: () => inFlight.totals(),
    });
    checks.register('event-store', () => this.checkStore());
    checks.register('quarantine', () =>
      quarantine.isFull() ? { ok: false, detail: 'the quarantine is full' } : { ok: true },
    );
  }

  async onApplicationShutdown(): Promise<void> {
    await this.recorder.drained();
    await this.decoder.close();
    await this.store.close();
    this.quarantine.close();
  }

  private async checkStore(): Promise<CheckResult> {
    try {
      await this.store.head();
    } catch (error) {
      if (!(error instanceof EventStoreError)) throw error;
      return { ok: false, detail: `the event store cannot be read (${error.code})` };
    }
    return this.recorder.hasFailedLately() ? { ok: false, detail: 'the last append failed' } : { ok: true };
  }
}

// What the app starts, watches while it runs and closes when it stops: Kafka is left at once, beside the requests that
// end; then the queue is drained, a last digest written, the log closed (which empties its write-ahead log), then the quarantine.
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { EventStoreError, type EventStore } from '@libs/event-store';
import { HealthChecks, LOGGER, SHUTDOWN_SIGNAL, type CheckResult } from '@libs/platform';
import type { Logger } from 'pino';
import { AuditTrail } from './audit/audit-trail.js';
import { InFlight } from './http/in-flight.js';
import { IngestMetrics } from './ingest-metrics.js';
import type { KafkaSource } from './kafka/kafka-source.js';
import type { Quarantine } from './quarantine/quarantine.js';
import type { PayloadDecoder } from './record-agent-update/payload-decoder.js';
import { UpdateRecorder } from './record-agent-update/update-recorder.js';
import { reachEventStore, type StoreServer } from './reach-event-store.js';
import { DECODER, EVENT_STORE, KAFKA_SOURCE, QUARANTINE } from './tokens.js';

/** A store that can tell the size of its write-ahead log. */
interface HasWal {
  walBytes(): number;
}

@Injectable()
export class IngestLifecycle implements OnApplicationBootstrap, OnApplicationShutdown {
  private reading: Promise<CheckResult> | null = null;

  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore & Partial<HasWal & StoreServer>,
    @Inject(QUARANTINE) private readonly quarantine: Quarantine,
    private readonly recorder: UpdateRecorder,
    @Inject(DECODER) private readonly decoder: PayloadDecoder,
    @Inject(KAFKA_SOURCE) private readonly kafka: KafkaSource | null,
    @Inject(SHUTDOWN_SIGNAL) private readonly stopping: AbortSignal,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly audit: AuditTrail,
    inFlight: InFlight,
    metrics: IngestMetrics,
    checks: HealthChecks,
  ) {
    metrics.observe({
      walBytes: () => store.walBytes?.() ?? 0,
      quarantine: () => quarantine.totals(),
      inFlight: () => inFlight.totals(),
      audit: () => audit.state(),
    });
    checks.register('event-store', () => this.checkStore());
    checks.register('quarantine', () => {
      const detail = quarantine.trouble();
      return detail === null ? { ok: true } : { ok: false, detail };
    });
    if (kafka === null) return;
    checks.register('kafka', () => kafka.check());
    stopping.addEventListener('abort', () => void kafka.stop());
  }

  async onApplicationBootstrap(): Promise<void> {
    const { checkConnection } = this.store;
    if (checkConnection !== undefined) {
      await reachEventStore({ checkConnection }, { logger: this.logger, signal: this.stopping });
    }
    this.kafka?.start();
    this.audit.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.kafka?.stop();
    await this.recorder.drained();
    await this.audit.close();
    await this.decoder.close();
    await this.store.close();
    await this.quarantine.close();
  }

  /** One read at a time: a server that is away answers none of them soon. */
  private checkStore(): Promise<CheckResult> {
    return (this.reading ??= this.readStore().finally(() => (this.reading = null)));
  }

  private async readStore(): Promise<CheckResult> {
    try {
      await this.store.head();
    } catch (error) {
      if (!(error instanceof EventStoreError)) throw error;
      return { ok: false, detail: `the event store cannot be read (${error.code})` };
    }
    return this.recorder.hasFailedLately() ? { ok: false, detail: 'the last append failed' } : { ok: true };
  }
}

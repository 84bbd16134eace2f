// The composition root: adapters by the URLs' schemes, and what Nest injects.
import { Module, type DynamicModule } from '@nestjs/common';
import { CommandBus, CqrsModule } from '@nestjs/cqrs';
import { EventStoreError, type EventStore } from '@libs/event-store';
import { openKurrentDbEventStore, type OnRetry } from '@libs/event-store/kurrentdb';
import { openSqliteEventStore } from '@libs/event-store/sqlite';
import { LOGGER, METRICS, StartupError, type AuditConfig, type IngestConfig } from '@libs/platform';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { AuditTrail } from './audit/audit-trail.js';
import { AgentUpdatesController } from './http/agent-updates.controller.js';
import { AuditController } from './http/audit.controller.js';
import { InFlight } from './http/in-flight.js';
import { QuarantineController } from './http/quarantine.controller.js';
import { SkippedEventsController } from './http/skipped-events.controller.js';
import { UpdateIntake } from './http/update-intake.js';
import { IngestLifecycle } from './ingest-lifecycle.js';
import type { IngestLimits } from './ingest-limits.js';
import { IngestMetrics } from './ingest-metrics.js';
import { readKafkaSettings, type KafkaSettings } from './kafka/kafka-settings.js';
import { KafkaSource } from './kafka/kafka-source.js';
import { FileQuarantine } from './quarantine/file-quarantine.js';
import { LogQuarantine } from './quarantine/log-quarantine.js';
import type { Quarantine } from './quarantine/quarantine.js';
import { RetryQuarantinedHandler } from './quarantine/retry-quarantined.handler.js';
import type { PayloadDecoder } from './record-agent-update/payload-decoder.js';
import { RecordAgentUpdate } from './record-agent-update/record-agent-update.js';
import { RecordAgentUpdateHandler } from './record-agent-update/record-agent-update.handler.js';
import { openThreadedDecoder } from './record-agent-update/threaded-decoder.js';
import { UpdateRecorder } from './record-agent-update/update-recorder.js';
import { SkipEventHandler } from './skip-event/skip-event.handler.js';
import { DECODER, EVENT_STORE, KAFKA_SOURCE, LIMITS, NOW, QUARANTINE } from './tokens.js';

/** What the app is made of; `openParts` makes the real ones. */
export interface IngestParts {
  readonly store: EventStore;
  readonly quarantine: Quarantine;
  readonly decoder: PayloadDecoder;
  readonly limits: IngestLimits;
  readonly audit: AuditConfig;
  /** Null: HTTP alone. */
  readonly kafka: KafkaSettings | null;
  /** UTC epoch ms. */
  readonly now: () => number;
}

const PARTS = Symbol('PARTS');

@Module({})
export class IngestModule {
  /** `makeParts` is called once, and not at all when the app is only described; it is told whom to tell of repetitions. */
  static forRoot(makeParts: (onRetry: OnRetry) => IngestParts): DynamicModule {
    return {
      module: IngestModule,
      imports: [CqrsModule.forRoot()],
      controllers: [AgentUpdatesController, QuarantineController, SkippedEventsController, AuditController],
      providers: [
        {
          provide: PARTS,
          inject: [IngestMetrics, LOGGER],
          useFactory: (metrics: IngestMetrics, logger: Logger) => makeParts(noteRetries(metrics, logger)),
        },
        { provide: EVENT_STORE, inject: [PARTS], useFactory: ({ store }: IngestParts) => store },
        { provide: QUARANTINE, inject: [PARTS], useFactory: ({ quarantine }: IngestParts) => quarantine },
        { provide: DECODER, inject: [PARTS], useFactory: ({ decoder }: IngestParts) => decoder },
        { provide: LIMITS, inject: [PARTS], useFactory: ({ limits }: IngestParts) => limits },
        { provide: NOW, inject: [PARTS], useFactory: ({ now }: IngestParts) => now },
        {
          provide: IngestMetrics,
          inject: [METRICS],
          useFactory: (registry: Registry) => new IngestMetrics(registry),
        },
        {
          provide: UpdateRecorder,
          inject: [PARTS, IngestMetrics],
          useFactory: ({ store, quarantine, limits, now }: IngestParts, metrics: IngestMetrics) =>
            new UpdateRecorder({
              store,
              quarantine,
              metrics,
              now,
              rememberedStreams: limits.rememberedStreams,
            }),
        },
        {
          provide: InFlight,
          inject: [LIMITS, IngestMetrics],
          useFactory: (limits: IngestLimits, metrics: IngestMetrics) => new InFlight(limits, metrics),
        },
        {
          provide: KAFKA_SOURCE,
          inject: [PARTS, CommandBus, METRICS, LOGGER],
          useFactory: makeKafkaSource,
        },
        {
          provide: AuditTrail,
          inject: [PARTS, IngestMetrics, LOGGER],
          useFactory: ({ store, audit, now }: IngestParts, metrics: IngestMetrics, logger: Logger) =>
            new AuditTrail({ store, config: audit, now, metrics, logger }),
        },
        UpdateIntake,
        IngestLifecycle,
        RecordAgentUpdateHandler,
        RetryQuarantinedHandler,
        SkipEventHandler,
      ],
    };
  }
}

function makeKafkaSource(
  { kafka, decoder, limits, now }: IngestParts,
  commands: CommandBus,
  metrics: Registry,
  logger: Logger,
): KafkaSource | null {
  if (kafka === null) return null;
  return new KafkaSource({
    settings: kafka,
    decode: (payloads, receivedAt) => decoder.decode(payloads, receivedAt),
    record: (updates, receptions) => commands.execute(new RecordAgentUpdate(updates, receptions)),
    limits,
    now,
    metrics,
    logger,
  });
}

function noteRetries({ storeRetries }: IngestMetrics, logger: Logger): OnRetry {
  return (what, error) => {
    storeRetries.inc({ what });
    logger.debug({ what, err: error }, 'the event store is asked again');
  };
}

/**
 * Opens the log and the quarantine, creating what is not there. Throws `EventStoreError` where a file cannot serve, and
 * `StartupError` for a connection string that is none.
 */
export function openParts(
  config: IngestConfig,
  limits: IngestLimits,
  now: () => number,
  onRetry: OnRetry = () => undefined,
): IngestParts {
  const kafka = config.kafka === null ? null : readKafkaSettings(config.kafka);
  const { store, quarantine } = openStores(config, limits, now, onRetry);
  return { store, quarantine, decoder: openThreadedDecoder(), limits, audit: config.audit, kafka, now };
}

/** The quarantine goes with the log: what several processes share, or a file beside one that has a single writer. */
function openStores(
  { eventStore: url, dataDir }: IngestConfig,
  limits: IngestLimits,
  now: () => number,
  onRetry: OnRetry,
): Pick<IngestParts, 'store' | 'quarantine'> {
  const quota = { maxItems: limits.quarantineItems, maxBytes: limits.quarantineBytes };
  switch (url.kind) {
    case 'sqlite': {
      const store = openSqliteEventStore({ file: url.path, now });
      return { store, quarantine: new FileQuarantine({ file: join(dataDir, 'quarantine.db'), ...quota }) };
    }
    case 'kurrentdb': {
      const store = openKurrentDb(url.connectionString, onRetry);
      const file = join(dataDir, 'quarantine-index.db');
      return { store, quarantine: new LogQuarantine({ store, file, ...quota }) };
    }
    default:
      throw new Error(`no such event store: ${String(url satisfies never)}`);
  }
}

/** Connects later: see `reach-event-store.ts`. */
function openKurrentDb(connectionString: string, onRetry: OnRetry): EventStore {
  try {
    return openKurrentDbEventStore({ connectionString, onRetry });
  } catch (error) {
    // Its messages never quote the string.
    if (error instanceof EventStoreError) throw new StartupError(`EVENT_STORE_URL: ${error.message}`);
    throw error;
  }
}

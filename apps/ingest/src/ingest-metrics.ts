// What ingest counts. Per item: received = appended + duplicate + quarantined + rejected + unacknowledged + in flight.
// No label may name an account or an agent.
import { QUARANTINE_CODES, type QuarantineCode } from '@libs/domain';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];
const SIZES = [1, 5, 10, 50, 100, 250, 500, 1_000];

export type Refusal429 = 'requests' | 'streams' | 'bytes';

/** Values that are read when the metrics are. */
export interface IngestGauges {
  readonly walBytes: () => number;
  readonly quarantine: () => { readonly items: number; readonly bytes: number };
  readonly inFlight: () => { readonly requests: number; readonly bytes: number };
  readonly audit: () => AuditState;
}

/** Of the digests of the log. */
export interface AuditState {
  /** There is a key to sign with. */
  readonly isActive: boolean;
  /** Of the last event that a digest covers; 0 for none. */
  readonly lastPosition: number;
  /** Since digests last covered all there was; 0 while there is no key. */
  readonly ageSeconds: number;
}

export class IngestMetrics {
  readonly received: Counter;
  readonly appended: Counter;
  readonly duplicate: Counter;
  readonly quarantined: Counter<'code'>;
  readonly rejected: Counter;
  readonly unacknowledged: Counter;
  readonly turnedAway: Counter<'reason'>;
  readonly appendSeconds: Histogram;
  readonly appendSize: Histogram;
  readonly storeAvailable: Gauge;
  readonly storeRetries: Counter<'what'>;
  readonly auditDigests: Counter;
  readonly auditFailures: Counter;

  constructor(private readonly registry: Registry) {
    const counter = (name: string, help: string) => new Counter({ name, help, registers: [registry] });
    this.received = counter('ingest_received_total', 'Payloads taken in for recording.');
    this.appended = counter('ingest_appended_total', 'Payloads that became a new event.');
    this.duplicate = counter('ingest_duplicate_total', 'Payloads whose event was in the log already.');
    this.rejected = counter('ingest_rejected_total', 'Payloads of an account outside the key: not kept.');
    this.unacknowledged = counter(
      'ingest_unacknowledged_total',
      'Payloads answered with an error, to be sent again (store or quarantine could not take them).',
    );
    this.quarantined = new Counter({
      name: 'ingest_quarantined_total',
      help: 'Payloads kept in quarantine, by reason.',
      labelNames: ['code'] as const,
      registers: [registry],
    });
    for (const code of QUARANTINE_CODES) this.quarantined.inc({ code }, 0);
    this.turnedAway = new Counter({
      name: 'ingest_turned_away_total',
      help: 'Requests answered 429 before they were read, by the bound they met.',
      labelNames: ['reason'] as const,
      registers: [registry],
    });
    this.appendSeconds = new Histogram({
      name: 'ingest_append_duration_seconds',
      help: 'Time to append one batch durably.',
      buckets: SECONDS,
      registers: [registry],
    });
    this.appendSize = new Histogram({
      name: 'ingest_append_batch_events',
      help: 'Events given to one append.',
      buckets: SIZES,
      registers: [registry],
    });
    this.storeAvailable = new Gauge({
      name: 'ingest_event_store_available',
      help: '1 if the last append went through, else 0.',
      registers: [registry],
    });
    this.storeAvailable.set(1);
    this.storeRetries = new Counter({
      name: 'ingest_event_store_retries_total',
      help: 'Reads and appends that were repeated because the server of the event store did not answer.',
      labelNames: ['what'] as const,
      registers: [registry],
    });
    for (const what of ['read', 'append']) this.storeRetries.inc({ what }, 0);
    this.auditDigests = counter('ingest_audit_digests_total', 'Digests of the log that were written.');
    this.auditFailures = counter(
      'ingest_audit_failures_total',
      'Times that digests could not be written or copied.',
    );
  }

  countQuarantined(code: QuarantineCode): void {
    this.quarantined.inc({ code });
  }

  observe({ walBytes, quarantine, inFlight, audit }: IngestGauges): void {
    this.gauge('ingest_event_store_wal_bytes', 'Size of the write-ahead log.', walBytes);
    this.gauge('ingest_quarantine_items', 'Open items in quarantine.', () => quarantine().items);
    this.gauge('ingest_quarantine_bytes', 'Raw bytes of the open items.', () => quarantine().bytes);
    this.gauge('ingest_in_flight_requests', 'Requests being read or recorded.', () => inFlight().requests);
    this.gauge(
      'ingest_in_flight_bytes',
      'Bytes of JSON bodies being read or recorded.',
      () => inFlight().bytes,
    );
    this.gauge('ingest_audit_active', '1 if there is a key to sign digests with.', () =>
      Number(audit().isActive),
    );
    this.gauge(
      'ingest_audit_last_position',
      'Position of the last event that a digest covers.',
      () => audit().lastPosition,
    );
    this.gauge(
      'ingest_audit_age_seconds',
      'Time since digests last covered all of the log; 0 without a key.',
      () => audit().ageSeconds,
    );
  }

  private gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }
}

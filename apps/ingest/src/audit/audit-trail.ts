// When digests are written: at the start, then at an interval, before a bundle, and at the end. One run at a time; whoever asks while
// one goes on gets one of their own after it. A run that fails is logged and counted, and the next one tries again: recording
// goes on without digests, and readiness does not speak of them.
// States: idle → running → idle …; closing: one last run, with a bound on its time → closed.
import { setTimeout as pause } from 'node:timers/promises';
import type { AuditConfig } from '@libs/platform';
import type { Logger } from 'pino';
import type { AuditState, IngestMetrics } from '../ingest-metrics.js';
import { auditFiles, hasDigests, type AuditFiles } from './audit-files.js';
import type { BundleRange } from './bundle-range.js';
import { createDigestWriter, type DigestWriter } from './digest-writer.js';
import type { ReadsAll } from './stored-events.js';
import { writeBundle } from './write-bundle.js';

/** The app has five seconds to end; what no digest covers by then, the first one after the next start does. */
const LAST_RUN_MS = 1_000;
/** For the page and the sync that a run is in when its time is up. */
const GIVE_UP_MS = 500;

export interface AuditTrailOptions {
  readonly store: ReadsAll;
  readonly config: AuditConfig;
  /** UTC epoch ms. */
  readonly now: () => number;
  readonly metrics: Pick<IngestMetrics, 'auditDigests' | 'auditFailures'>;
  readonly logger: Logger;
}

export class AuditTrail {
  private readonly files: AuditFiles;
  private readonly writer: DigestWriter;
  private readonly ending = new AbortController();
  private readonly closing = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private isActive: boolean | null = null;
  private lastPosition = 0n;
  private wholeAt: number;

  constructor(private readonly options: AuditTrailOptions) {
    const { store, config, now, logger } = options;
    this.files = auditFiles(config.folder);
    this.wholeAt = now();
    this.writer = createDigestWriter({
      ...{ store, now, files: this.files, keyFile: config.keyFile, copyDir: config.copyDir },
      onTorn: (bytes) => logger.warn({ bytes }, 'the torn end of the digests was cut off'),
    });
  }

  start(): void {
    void this.keepDigesting();
  }

  /** Covers all there is. Never rejects. */
  digestNow(): Promise<void> {
    return (this.running = this.running.then(() => this.run()));
  }

  /** Null when nothing was ever digested. */
  async bundle(range: BundleRange): Promise<AsyncGenerator<string, void> | null> {
    await this.digestNow();
    if (!(await hasDigests(this.files))) return null;
    return writeBundle({ store: this.options.store, files: this.files, range, now: this.options.now });
  }

  state(): AuditState {
    const { lastPosition, wholeAt } = this;
    const isActive = this.isActive === true;
    const ageSeconds = isActive ? Math.max(0, this.options.now() - wholeAt) / 1_000 : 0;
    return { isActive, lastPosition: Number(lastPosition), ageSeconds };
  }

  async close(): Promise<void> {
    this.closing.abort();
    const last = this.digestNow();
    await within(LAST_RUN_MS, last);
    this.ending.abort();
    // A store that does not answer is closed next.
    await within(GIVE_UP_MS, last);
  }

  private async keepDigesting(): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      await this.digestNow();
      await pause(this.options.config.intervalMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  private async run(): Promise<void> {
    const { logger, metrics, now } = this.options;
    const startedAt = now();
    try {
      const run = await this.writer.run(this.ending.signal);
      this.note(run.outcome !== 'no-key');
      if (run.outcome === 'no-key') return;
      metrics.auditDigests.inc(run.digests);
      this.lastPosition = run.end.position ?? 0n;
      if (!this.ending.signal.aborted) this.wholeAt = startedAt;
    } catch (error) {
      metrics.auditFailures.inc();
      logger.error({ err: error }, 'digests of the log could not be written');
    }
  }

  /** Says once when signing begins or ends. */
  private note(isActive: boolean): void {
    if (isActive === this.isActive) return;
    this.isActive = isActive;
    const { logger } = this.options;
    if (isActive) logger.info('digests of the log are signed');
    else logger.warn('the log has no digests: there is no key to sign them with (audit keys create)');
  }
}

/** Resolves when `work` has ended, or after `ms`. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  const ended = new AbortController();
  void work.then(() => ended.abort());
  await pause(ms, undefined, { signal: ended.signal }).catch(() => undefined);
}

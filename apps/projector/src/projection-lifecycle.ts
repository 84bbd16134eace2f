// Starts the projection with the app and ends both in order: the projection commits its batch as soon as the app is told
// to stop, queries that wait are refused at once, and what reads is closed after the last request.
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { HealthChecks, LOGGER, SHUTDOWN_SIGNAL, type CheckResult } from '@libs/platform';
import type { Logger } from 'pino';
import { ProjectionMonitor } from './project/projection-monitor.js';
import { superviseProjection } from './project/supervise-projection.js';
import { RUNTIME, type ProjectorRuntime } from './projector-runtime.js';

@Injectable()
export class ProjectionLifecycle implements OnApplicationBootstrap, OnApplicationShutdown {
  private supervised: Promise<void> = Promise.resolve();

  constructor(
    @Inject(RUNTIME) private readonly runtime: ProjectorRuntime,
    private readonly monitor: ProjectionMonitor,
    private readonly checks: HealthChecks,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(SHUTDOWN_SIGNAL) private readonly signal: AbortSignal,
  ) {}

  onApplicationBootstrap(): void {
    const { startProjection, reader, now, onFatal } = this.runtime;
    this.checks.register('read-model', () => readiness(this.monitor));
    this.signal.addEventListener('abort', () => reader.refuseWaiting(), { once: true });
    this.supervised = superviseProjection({
      ...{ start: startProjection, now, onFatal },
      ...{ monitor: this.monitor, signal: this.signal, logger: this.logger },
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.supervised, this.runtime.reader.close()]);
  }
}

/** Ready once replies are whole; a projection that falls behind or stops later shows as lag, and reads go on. */
function readiness(monitor: ProjectionMonitor): CheckResult {
  if (monitor.opened && monitor.caughtUpOnce) return { ok: true };
  const { state, lagEvents } = monitor.view();
  const lag = lagEvents === null ? '' : `, ${lagEvents} events to go`;
  return { ok: false, detail: `the projection is ${state}${lag}` };
}

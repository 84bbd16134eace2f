// What every app has: health, metrics, and the injectable logger, registry and shutdown signal.
import { Module, type DynamicModule } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { HealthChecks } from './health/health-checks.js';
import { HealthController } from './health/health.controller.js';
import { MetricsController } from './metrics/metrics.controller.js';
import { LOGGER, METRICS, SHUTDOWN_SIGNAL } from './tokens.js';

export interface PlatformParts {
  readonly logger: Logger;
  readonly metrics: Registry;
  readonly shutdownSignal: AbortSignal;
  readonly checks: HealthChecks;
}

@Module({})
export class PlatformModule {
  /** Global: an app's modules inject without importing it. */
  static forRoot(parts: PlatformParts): DynamicModule {
    return {
      module: PlatformModule,
      global: true,
      controllers: [HealthController, MetricsController],
      providers: [
        { provide: LOGGER, useValue: parts.logger },
        { provide: METRICS, useValue: parts.metrics },
        { provide: SHUTDOWN_SIGNAL, useValue: parts.shutdownSignal },
        { provide: HealthChecks, useValue: parts.checks },
      ],
      exports: [LOGGER, METRICS, SHUTDOWN_SIGNAL, HealthChecks],
    };
  }
}

// The module Nest starts from: the app's own, with the platform beside it.
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { HealthChecks } from '../health/health-checks.js';
import { createLogger } from '../logging/create-logger.js';
import { createMetrics } from '../metrics/create-metrics.js';
import { PlatformModule, type PlatformParts } from '../platform.module.js';

@Module({})
class RootModule {}

/** Without parts (to describe an app, not to run it) the platform is mute. */
export function rootModule(module: Type | DynamicModule, parts: PlatformParts = muteParts()): DynamicModule {
  return { module: RootModule, imports: [PlatformModule.forRoot(parts), module] };
}

function muteParts(): PlatformParts {
  return {
    logger: createLogger('describe', 'silent'),
    metrics: createMetrics('describe'),
    shutdownSignal: new AbortController().signal,
    checks: new HealthChecks(),
  };
}

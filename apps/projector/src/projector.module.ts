// The composition root: threads, adapters by the URLs' schemes, and what Nest injects.
import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { METRICS } from '@libs/platform';
import type { Registry } from 'prom-client';
import type { StoreUrls } from './adapters.js';
import { AccountController } from './http/account.controller.js';
import { AccountsController } from './http/accounts.controller.js';
import { AgentController } from './http/agent.controller.js';
import { NotSupportedYetController } from './http/not-supported-yet.controller.js';
import { ProjectionsController } from './http/projections.controller.js';
import { ReportsController } from './http/reports.controller.js';
import { ProjectionMonitor } from './project/projection-monitor.js';
import { projectionThread } from './project/projection-thread.js';
import { ProjectionLifecycle } from './projection-lifecycle.js';
import { ProjectorMetrics } from './projector-metrics.js';
import { RUNTIME, type ProjectorRuntime } from './projector-runtime.js';
import { addQualityGauges } from './quality-gauges.js';
import { ListAccountsHandler } from './queries/list-accounts.js';
import { readModelHandlers } from './queries/read-model-handlers.js';
import { ReadModelReader } from './queries/read-model-reader.js';
import { openReaders } from './queries/readers.js';
import { CLOCK } from './tokens.js';

/** A projection that keeps up needs milliseconds. */
const POSITION_WAIT_MS = 5_000;

@Module({})
export class ProjectorModule {
  /** `makeRuntime` is called once, and not at all when the app is only described. */
  static forRoot(makeRuntime: () => ProjectorRuntime): DynamicModule {
    return {
      module: ProjectorModule,
      imports: [CqrsModule.forRoot()],
      controllers: [
        ReportsController,
        AgentController,
        AccountController,
        AccountsController,
        ProjectionsController,
        NotSupportedYetController,
      ],
      providers: [
        { provide: RUNTIME, useFactory: makeRuntime },
        fromRuntime(CLOCK, ({ now }) => now),
        ProjectionMonitor,
        {
          provide: ProjectorMetrics,
          inject: [METRICS, ProjectionMonitor, RUNTIME],
          useFactory: (
            metrics: Registry,
            projection: ProjectionMonitor,
            { reader, now }: ProjectorRuntime,
          ) => {
            addQualityGauges(metrics, { reader, now, isOpened: () => projection.opened });
            return new ProjectorMetrics(metrics, projection, () => reader.waiting());
          },
        },
        ReadModelReader,
        ProjectionLifecycle,
        ...readModelHandlers,
        ListAccountsHandler,
      ],
    };
  }
}

/** The projection in a thread with the only writer, queries in threads of their own. */
export function threadedRuntime(
  urls: StoreUrls,
  { now, onFatal }: Pick<ProjectorRuntime, 'now' | 'onFatal'>,
): ProjectorRuntime {
  return {
    startProjection: projectionThread(urls),
    reader: openReaders(urls),
    positionWaitMs: POSITION_WAIT_MS,
    now,
    onFatal,
  };
}

const fromRuntime = (
  provide: FactoryProvider['provide'],
  useFactory: (runtime: ProjectorRuntime) => unknown,
): FactoryProvider => ({ provide, inject: [RUNTIME], useFactory });

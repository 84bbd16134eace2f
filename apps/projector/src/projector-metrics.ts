// What the projector measures. No label may name an agent or an account.
import type { QueryName } from '@libs/read-models';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { MonitoredState, ProjectionMonitor } from './project/projection-monitor.js';

const STATES: Readonly<Record<MonitoredState, true>> = {
  starting: true,
  'waiting-for-event-store': true,
  standby: true,
  'catching-up': true,
  live: true,
  'stopped-at-poison': true,
  failed: true,
  restarting: true,
  stopped: true,
};
const QUERY_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export class ProjectorMetrics {
  private readonly querySeconds: Histogram<'query'>;
  private readonly queryTimeouts: Counter<'query'>;

  constructor(registry: Registry, projection: ProjectionMonitor, readerQueue: () => number) {
    const registers = [registry];
    const gauge = (name: string, help: string, value: () => number): void => {
      new Gauge({
        ...{ name, help, registers },
        collect() {
          this.set(value());
        },
      });
    };
    // NaN is Prometheus' word for a value that is not known.
    gauge('projection_position', 'Position the read model stands on.', () =>
      Number(projection.view().position ?? 0n),
    );
    gauge(
      'projection_lag_events',
      'Events in the log not applied yet.',
      () => projection.view().lagEvents ?? NaN,
    );
    gauge(
      'projection_lag_seconds',
      'Age of the oldest event not applied yet.',
      () => projection.view().lagSeconds ?? NaN,
    );
    gauge('projection_poisoned', '1 while the projection stands at an event it cannot apply.', () =>
      projection.view().poison === null ? 0 : 1,
    );
    gauge('reader_queue_size', 'Queries that wait for a reader thread.', readerQueue);
    total(
      registers,
      'projection_applied_events_total',
      'Events applied since the start.',
      () => projection.view().appliedEvents,
    );
    total(
      registers,
      'projection_restarts_total',
      'Times the projection was started again.',
      () => projection.view().restarts,
    );
    total(
      registers,
      'projection_event_store_retries_total',
      'Calls repeated and subscriptions renewed because the server of the event store did not answer.',
      () => projection.storeRetries,
    );
    new Gauge({
      name: 'projection_state',
      help: '1 for the state the projection is in.',
      labelNames: ['state'] as const,
      registers,
      collect() {
        const { state: current } = projection.view();
        for (const state of Object.keys(STATES)) this.set({ state }, state === current ? 1 : 0);
      },
    });
    this.querySeconds = new Histogram({
      name: 'query_duration_seconds',
      help: 'Time to answer a query of the read model, waiting for a reader included.',
      labelNames: ['query'] as const,
      buckets: QUERY_SECONDS,
      registers,
    });
    this.queryTimeouts = new Counter({
      name: 'query_timeouts_total',
      help: 'Queries that took too long and lost their reader thread.',
      labelNames: ['query'] as const,
      registers,
    });
  }

  timedOut(query: QueryName): void {
    this.queryTimeouts.inc({ query });
  }

  async timeQuery<T>(query: QueryName, work: () => Promise<T>): Promise<T> {
    const stop = this.querySeconds.startTimer({ query });
    try {
      return await work();
    } finally {
      stop();
    }
  }
}

function total(registers: Registry[], name: string, help: string, value: () => number): void {
  new Counter({
    ...{ name, help, registers },
    collect() {
      this.reset();
      this.inc(value());
    },
  });
}

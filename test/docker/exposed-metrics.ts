// Every metric the apps register, by the name under which Prometheus stores its samples, with its labels.
import Fastify from 'fastify';
import { pino } from 'pino';
import type { Registry } from 'prom-client';
import { z } from 'zod';
import { createMetrics } from '@libs/platform';
import { IngestMetrics } from '../../apps/ingest/src/ingest-metrics.js';
import { makeKafkaMetrics } from '../../apps/ingest/src/kafka/kafka-metrics.js';
import { ProjectionMonitor } from '../../apps/projector/src/project/projection-monitor.js';
import { ProjectorMetrics } from '../../apps/projector/src/projector-metrics.js';
import { addQualityGauges } from '../../apps/projector/src/quality-gauges.js';
import type { QueryReader } from '../../apps/projector/src/queries/query-reader.js';
import { observeRequests } from '../../libs/platform/src/http/observe-requests.js';

/** `app` is on every sample of ours; Prometheus itself adds the rest. */
const EVERYWHERE = ['app', 'job', 'instance'];
const zMetric = z.object({ name: z.string(), labelNames: z.array(z.string()) });

export function exposedMetrics(): Map<string, readonly string[]> {
  return new Map([['up', ['job', 'instance']], ...samplesOf(ingest()), ...samplesOf(projector())]);
}

function ingest(): Registry {
  const registry = createMetrics('ingest');
  observeRequests(Fastify(), pino({ level: 'silent' }), registry);
  const none = { items: 0, bytes: 0, requests: 0 };
  new IngestMetrics(registry).observe({
    walBytes: () => 0,
    quarantine: () => none,
    inFlight: () => none,
    audit: () => ({ isActive: false, lastPosition: 0, ageSeconds: 0 }),
  });
  makeKafkaMetrics(registry, { isJoined: () => false, waiting: () => 0, lag: () => new Map() });
  return registry;
}

function projector(): Registry {
  const registry = createMetrics('projector');
  const projection = new ProjectionMonitor();
  new ProjectorMetrics(registry, projection, () => 0);
  const reader = {} as QueryReader;
  addQualityGauges(registry, { reader, now: () => 0, isOpened: () => false });
  return registry;
}

function samplesOf(registry: Registry): [string, readonly string[]][] {
  return registry.getMetricsAsArray().flatMap((metric): [string, readonly string[]][] => {
    const { name, labelNames } = zMetric.parse(metric);
    const labels = [...labelNames, ...EVERYWHERE];
    const { type } = metric;
    if (String(type) !== 'histogram') return [[name, labels]];
    return [
      [`${name}_bucket`, [...labels, 'le']],
      [`${name}_sum`, labels],
      [`${name}_count`, labels],
    ];
  });
}

// Dashboard, alerts and scraping against what the apps expose: a metric that is renamed must not leave a blank panel or a
// silent alert behind.
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { DOCKER, readCompose, readYaml, serviceOf } from './docker-files.js';
import { exposedMetrics } from './exposed-metrics.js';
import { readPromQl } from './prom-ql.js';

const zDashboard = z.looseObject({
  uid: z.string(),
  panels: z.array(
    z.looseObject({
      id: z.int(),
      type: z.enum(['row', 'stat', 'timeseries']),
      title: z.string().min(1),
      gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
      datasource: z.object({ type: z.literal('prometheus'), uid: z.string() }).optional(),
      targets: z
        .array(z.looseObject({ refId: z.string(), expr: z.string(), legendFormat: z.string() }))
        .default([]),
    }),
  ),
});
const zRule = z.strictObject({
  alert: z.string().regex(/^[A-Z]\w+$/),
  expr: z.string(),
  for: z
    .string()
    .regex(/^\d+[smh]$/)
    .optional(),
  labels: z.strictObject({ severity: z.enum(['warning', 'critical']) }),
  annotations: z.strictObject({ summary: z.string() }),
});
const zAlerts = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), rules: z.array(zRule).min(1) })),
});
const zDatasources = z.object({
  datasources: z.array(z.object({ uid: z.string(), type: z.string(), url: z.string() })),
});
const zPrometheus = z.object({
  rule_files: z.array(z.string()),
  scrape_configs: z.array(
    z.object({
      job_name: z.string(),
      authorization: z.object({ credentials_file: z.string() }),
      static_configs: z.array(z.object({ targets: z.array(z.string()) })),
    }),
  ),
});
const zProviders = z.object({ providers: z.array(z.object({ options: z.object({ path: z.string() }) })) });

const DASHBOARD = 'grafana/dashboards/agent-status-history.json';
const dashboard = zDashboard.parse(JSON.parse(readFileSync(join(DOCKER, DASHBOARD), 'utf8')));
const alerts = (await readYaml('prometheus/alerts.yml', zAlerts)).groups.flatMap(({ rules }) => rules);
const queries = [
  ...dashboard.panels.flatMap(({ title, targets }) =>
    targets.map(({ expr, legendFormat }): Shown => [title, expr, legendFormat]),
  ),
  ...alerts.map(({ alert, expr, annotations }): Shown => [alert, expr, annotations.summary]),
];
/** Where, the query, and the text that may name labels of its result. */
type Shown = [string, string, string];

describe('what is watched', () => {
  const exposed = exposedMetrics();

  it.each(queries)('%s: the apps expose what is asked for, with these labels: %s', (_title, expr, text) => {
    const { isValid, metrics, labels, by } = readPromQl(expr);
    expect(isValid).toBe(true);
    expect(metrics.length).toBeGreaterThan(0);
    expect(metrics.filter((name) => !exposed.has(name))).toEqual([]);
    const known = metrics.flatMap((name) => exposed.get(name) ?? []);
    expect(known).toEqual(expect.arrayContaining([...labels]));
    const shown = [...text.matchAll(/\{\{ ?(?:\$labels\.)?([a-z]+) ?\}\}/g)].map(([, label]) => label);
    expect(by ?? known).toEqual(expect.arrayContaining(shown));
  });

  it('what must be seen has a panel: rates, lag, gaps, quarantine, report latency, Kafka, event loop', () => {
    const asked = new Set(
      dashboard.panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => readPromQl(expr).metrics)),
    );
    for (const name of [
      'ingest_appended_total',
      'ingest_duplicate_total',
      'ingest_quarantined_total',
      'projection_lag_seconds',
      'read_model_gaps',
      'ingest_quarantine_items',
      'query_duration_seconds_bucket',
      'ingest_kafka_lag',
      'nodejs_eventloop_lag_p99_seconds',
    ]) {
      expect(asked).toContain(name);
    }
  });

  it('panels have ids of their own, lie within the grid and cover nothing', () => {
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, n) => `${x + (n % w)},${y + Math.floor(n / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(cells.every((cell) => Number(cell.split(',')[0]) < 24)).toBe(true);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });

  it('Grafana finds the dashboard, and the dashboard its data source', async () => {
    const grafana = serviceOf(await readCompose(), 'grafana');
    const { datasources } = await readYaml('grafana/provisioning/datasources/prometheus.yaml', zDatasources);
    const uids = new Set(dashboard.panels.flatMap(({ datasource }) => datasource?.uid ?? []));
    expect(uids).toEqual(new Set(datasources.map(({ uid }) => uid)));
    expect(datasources[0]?.url).toBe('http://prometheus:9090');
    const { providers } = await readYaml('grafana/provisioning/dashboards/files.yaml', zProviders);
    const path = providers[0]?.options.path ?? '';
    expect(grafana.volumes).toContain(`./grafana/dashboards:${path}:ro`);
    expect(grafana.environment.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH).toBe(
      `${path}/${DASHBOARD.split('/').at(-1)}`,
    );
  });

  it('Prometheus scrapes both apps with the key it is given, and reads the alerts', async () => {
    const compose = await readCompose();
    const { rule_files: ruleFiles, scrape_configs: scrapes } = await readYaml(
      'prometheus/prometheus.yml',
      zPrometheus,
    );
    expect(ruleFiles).toEqual(['/etc/prometheus/alerts.yml']);
    const { volumes, secrets } = serviceOf(compose, 'prometheus');
    expect(volumes).toContain('./prometheus:/etc/prometheus:ro');
    const [apps] = scrapes;
    expect(apps?.authorization.credentials_file).toBe(`/run/secrets/${secrets[0]}`);
    const ports = ['ingest', 'projector'].map(
      (app) => `${app}:${serviceOf(compose, app).ports[0]?.split(':')[2]}`,
    );
    expect(apps?.static_configs[0]?.targets).toEqual(ports);
  });
});

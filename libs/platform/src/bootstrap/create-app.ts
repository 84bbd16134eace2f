// Builds a Nest app with everything the platform promises, ready for `inject` or `listen`. Touches no process state.
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import type { DestinationStream, Logger } from 'pino';
import { addAccessControl } from '../auth/access-control.js';
import { openAccess } from '../auth/open-access.js';
import type { ServerConfig } from '../config/app-config.js';
import { HealthChecks } from '../health/health-checks.js';
import { closeConnectionsOnStop } from '../http/closing-connections.js';
import { observeRequests } from '../http/observe-requests.js';
import { makeRouteTable } from '../http/route-table.js';
import { createLogger } from '../logging/create-logger.js';
import { nestLogger } from '../logging/nest-logger.js';
import { createMetrics } from '../metrics/create-metrics.js';
import { serveOpenApi, type OpenApiInfo } from '../openapi/open-api.js';
import { ProblemFilter } from '../problems/problem-filter.js';
import { rootModule } from './root-module.js';

/** Far above any legal path parameter (20 digits, a key of 64), below anything worth a regular expression's time. */
const MAX_PARAM_LENGTH = 256;

export interface AppOptions {
  /** Names the app in log lines and metrics. */
  readonly name: string;
  readonly config: ServerConfig;
  /** Bytes of a body that the framework reads whole; beyond them 413. */
  readonly bodyLimit: number;
  readonly openApi: OpenApiInfo;
  /** Body parsers and the like. The framework itself parses application/json alone. */
  readonly configureFastify?: (fastify: FastifyInstance) => void;
  /** Where log lines go; stdout by default. */
  readonly logDestination?: DestinationStream;
}

export interface CreatedApp {
  readonly app: NestFastifyApplication;
  readonly logger: Logger;
  /** Aborts the shutdown signal, then closes: HTTP drains before `onApplicationShutdown` hooks run. */
  readonly close: () => Promise<void>;
}

/** Throws `StartupError` for what the operator can mend. */
export async function createApp(module: Type | DynamicModule, options: AppOptions): Promise<CreatedApp> {
  const logger = createLogger(options.name, options.config.logLevel, options.logDestination);
  const metrics = createMetrics(options.name);
  const checks = new HealthChecks();
  const stopping = new AbortController();
  const access = await openAccess(options.config, logger);
  const ring = access.mode === 'keys' ? access.ring : null;
  if (ring !== null) checks.register('api-keys', () => checkOf(ring.trouble()));

  const routes = makeRouteTable();
  const problems = new ProblemFilter(logger, routes);
  const adapter = makeAdapter(options, problems);
  const fastify: FastifyInstance = adapter.getInstance();
  routes.collect(fastify);
  observeRequests(fastify, logger, metrics);
  addReplyHeaders(fastify);
  closeConnectionsOnStop(fastify, stopping.signal);
  addAccessControl(fastify, access);
  fastify.removeContentTypeParser('text/plain');
  options.configureFastify?.(fastify);

  const parts = { logger, metrics, checks, shutdownSignal: stopping.signal };
  try {
    const app = await NestFactory.create<NestFastifyApplication>(rootModule(module, parts), adapter, {
      logger: nestLogger(logger),
      bodyParser: false,
      abortOnError: false,
    });
    app.useGlobalFilters(problems);
    serveOpenApi(app, options.openApi);
    await app.init();
    await fastify.ready();
    const close = async (): Promise<void> => {
      stopping.abort();
      await app.close();
      ring?.close();
    };
    return { app, logger, close };
  } catch (error) {
    ring?.close();
    throw error;
  }
}

function makeAdapter({ bodyLimit }: AppOptions, problems: ProblemFilter): FastifyAdapter {
  return new FastifyAdapter({
    logger: false,
    trustProxy: false,
    bodyLimit,
    genReqId: () => randomUUID(),
    return503OnClosing: false,
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
      problems.answer(error, request, reply),
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
  });
}

/** Replies hold personal data: no cache keeps them, no browser guesses their type. */
function addReplyHeaders(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.headers({
      'X-Request-Id': request.id,
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store',
    });
    done();
  });
}

const checkOf = (trouble: string | null) =>
  trouble === null ? { ok: true } : { ok: false, detail: trouble };

// How the platform is to run ingest; specs run it the same way.
import type { AppOptions, ServerConfig } from '@libs/platform';
import { addBodyParsers } from './http/body-parsers.js';
import type { IngestLimits } from './ingest-limits.js';
import { OPEN_API_INFO } from './open-api-info.js';

export function appOptions(config: ServerConfig, limits: IngestLimits): AppOptions {
  return {
    name: 'ingest',
    config,
    bodyLimit: limits.maxJsonBytes,
    openApi: OPEN_API_INFO,
    configureFastify: (fastify) => {
      addBodyParsers(fastify);
      fastify.server.setTimeout(limits.idleConnectionMs);
    },
  };
}

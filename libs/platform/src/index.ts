// What both apps run on: configuration, problems, keys, logging, metrics, health, start and stop. Import it first in
// a main.ts: its own first import refuses an old Node. Knows no agent, no event and no store.
import './bootstrap/require-node.js';

export { createApp, type AppOptions, type CreatedApp } from './bootstrap/create-app.js';
export { runMain, startApp } from './bootstrap/start-app.js';
export * from './config/index.js';
export {
  CurrentPrincipal,
  principalOf,
  Public,
  RequireGlobalAdmin,
  RequireScope,
} from './auth/access-policy.js';
export { createKey, KeyFileError, readKeyFile, revokeKey, type KeyRecord } from './auth/key-file.js';
export {
  isGlobalAdmin,
  mayAccess,
  requireAccount,
  requireGlobalAdmin,
  requireScope,
  SCOPES,
  type Accounts,
  type Principal,
  type Scope,
} from './auth/principal.js';
export { HealthChecks, type Check, type CheckResult } from './health/health-checks.js';
export { parseInstant, zInstant } from './http/instant.js';
export { zFlag, zId, zLimit, zPosition, zRepeated } from './http/query-types.js';
export { TakesNoQuery } from './http/takes-no-query.js';
export { ZodPipe } from './http/zod-pipe.js';
export { createLogger } from './logging/create-logger.js';
export { scrub } from './logging/scrub.js';
export { createMetrics } from './metrics/create-metrics.js';
export { buildOpenApi, type OpenApiInfo } from './openapi/open-api.js';
export { writeOpenApi } from './openapi/write-open-api.js';
export { apiProblems, zodBody, zodParams, zodQuery, zodResponse, zodSchema } from './openapi/zod-open-api.js';
export { PROBLEM_CODES, type ProblemCode } from './problems/problem-codes.js';
export {
  accountNotFound,
  invalidParameters,
  ProblemError,
  type ParameterProblem,
  type ProblemOptions,
} from './problems/problem-error.js';
export { LOGGER, METRICS, SHUTDOWN_SIGNAL } from './tokens.js';

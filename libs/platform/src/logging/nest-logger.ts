// Nest's own log lines, through pino. What Nest says while it wires itself is debug: an operator has no use for it.
import type { LoggerService } from '@nestjs/common';
import type { Logger } from 'pino';
import { isError } from '../error-code.js';

const WIRING = new Set([
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestFactory',
  'NestApplication',
]);

export function nestLogger(logger: Logger): LoggerService {
  const line = (
    level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace',
    message: unknown,
    rest: unknown[],
  ) => {
    const context = typeof rest.at(-1) === 'string' ? String(rest.at(-1)) : undefined;
    const chosen = level === 'info' && context !== undefined && WIRING.has(context) ? 'debug' : level;
    if (isError(message)) logger[chosen]({ context, err: message }, message.name);
    else logger[chosen]({ context }, String(message));
  };
  return {
    log: (message: unknown, ...rest: unknown[]) => line('info', message, rest),
    error: (message: unknown, ...rest: unknown[]) => line('error', message, rest),
    warn: (message: unknown, ...rest: unknown[]) => line('warn', message, rest),
    debug: (message: unknown, ...rest: unknown[]) => line('debug', message, rest),
    verbose: (message: unknown, ...rest: unknown[]) => line('trace', message, rest),
    fatal: (message: unknown, ...rest: unknown[]) => line('fatal', message, rest),
  };
}

// JSON lines on stdout. No line may name an agent or hold personal data: errors are scrubbed, bodies never logged.
import { pino, stdSerializers, type DestinationStream, type Logger } from 'pino';
import { errorCode, isError } from '../error-code.js';
import type { LogLevel } from '../config/variables.js';
import { scrub } from './scrub.js';

const SECRETS = [
  'authorization',
  '*.authorization',
  '*.*.authorization',
  'headers',
  '*.headers',
  'body',
  '*.body',
];

/** `destination`: stdout by default. */
export function createLogger(name: string, level: LogLevel, destination?: DestinationStream): Logger {
  return pino(
    {
      name,
      level,
      base: { pid: process.pid },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRETS, censor: '<redacted>' },
      serializers: { err: serializeError },
    },
    destination ?? pino.destination({ dest: 1, sync: true }),
  );
}

/**
 * Type, code, message and frames, and what is a bigint: positions, which scrubbing takes out of the message. Other members
 * of an error may hold anything and are left out.
 */
function serializeError(error: unknown): unknown {
  if (!isError(error)) return scrub(String(error));
  const { type, message, stack } = stdSerializers.err(error);
  const positions = Object.entries(error).flatMap(([name, value]) =>
    typeof value === 'bigint' ? [[name, String(value)] as const] : [],
  );
  return {
    ...Object.fromEntries(positions),
    type,
    code: errorCode(error) ?? undefined,
    message: scrub(message),
    stack: scrubStack(stack),
  };
}

/** Line numbers and paths stay; only the message above the frames is scrubbed. */
function scrubStack(stack: string): string {
  return stack.replace(/^(?!\s+at ).*$/gm, (line) => scrub(line));
}

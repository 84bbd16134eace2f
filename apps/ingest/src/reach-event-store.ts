// Asks an event store that is a server who it is, when the app starts. A server that refuses us is no reason to wait: the
// app does not start, and says why in one line.
// States: first check → reached | refused (`StartupError`) | away: the app starts, requests are answered 503, and it asks
// on → reached, or the signal. A refusal by then is an error in the log, and is asked about again: it may be mended there.
import { setTimeout as pause } from 'node:timers/promises';
import { EventStoreError } from '@libs/event-store';
import { StartupError } from '@libs/platform';
import type { Logger } from 'pino';

const FIRST_CHECK_MS = 3_000;
const CHECK_MS = 10_000;
const PAUSE_MS = 5_000;

/** What an event store that is a server can be asked. Throws `EventStoreError`. */
export interface StoreServer {
  checkConnection(withinMs?: number): Promise<{ readonly serverVersion: string }>;
}

/** Resolves as soon as the app may start. Throws `StartupError` with the reason why it must not. */
export async function reachEventStore(
  server: StoreServer,
  { logger, signal }: { readonly logger: Logger; readonly signal: AbortSignal },
): Promise<void> {
  const problem = await check(server, FIRST_CHECK_MS, logger);
  if (problem === null) return;
  if (problem.code !== 'store-unavailable') throw new StartupError(problem.message);
  logger.warn(`${problem.message}; until it is there, requests are answered 503`);
  void keepAsking(server, logger, signal);
}

async function keepAsking(server: StoreServer, logger: Logger, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const problem = await check(server, CHECK_MS, logger);
    if (problem === null || problem.code === 'store-closed') return;
    logger[problem.code === 'store-unavailable' ? 'warn' : 'error'](problem.message);
    await pause(PAUSE_MS, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

/** Null once it answers. */
async function check(server: StoreServer, withinMs: number, logger: Logger): Promise<EventStoreError | null> {
  try {
    const { serverVersion } = await server.checkConnection(withinMs);
    logger.info({ serverVersion }, 'the event store answers');
    return null;
  } catch (error) {
    if (error instanceof EventStoreError) return error;
    throw error;
  }
}

// Runs an app as a process: listens, and ends within 5 s of SIGTERM, SIGINT or the loss of its supervisor.
// Running --signal--> draining (no new connections; requests end, those of over 3 s are cut) -> closed, exit 0.
// A second signal, or 4.8 s, ends it at once with 1; so does an error that nobody caught.
import type { DynamicModule, Type } from '@nestjs/common';
import { errorCode, isError } from '../error-code.js';
import { createApp, type AppOptions, type CreatedApp } from './create-app.js';
import { StartupError } from './startup-error.js';

const DRAIN_MS = 3_000;
const SHUTDOWN_LIMIT_MS = 4_800;
/** A terminal and npm both send Ctrl-C on: that is one signal. */
const SAME_SIGNAL_MS = 500;

/** Set by the supervisor of `npm start`, which listens for `{ url }` and whose end ends the app. */
const SUPERVISED = 'ASH_SUPERVISED';

/** Starts listening and installs the process handlers. Throws `StartupError`, for instance on a port in use. */
export async function startApp(module: Type | DynamicModule, options: AppOptions): Promise<CreatedApp> {
  const created = await createApp(module, options);
  const { app, logger } = created;
  onFatal(created);
  await app.listen({ host: options.config.host, port: options.config.port }).catch((error: unknown) => {
    throw listenError(error, options);
  });
  onStop(created);
  const url = await app.getUrl();
  logger.info({ url }, 'listening');
  if (process.env[SUPERVISED] === '1') process.send?.({ url });
  return created;
}

/** Runs an app's main function: what the operator can mend is shown as text alone, and any failure exits with 1. */
export async function runMain(main: () => Promise<unknown>): Promise<void> {
  try {
    await main();
  } catch (error) {
    const text = error instanceof StartupError ? error.message : isError(error) ? error.stack : String(error);
    process.stderr.write(`${text ?? 'failed'}\n`);
    process.exit(1);
  }
}

function onStop({ app, logger, close }: CreatedApp): void {
  let since: number | null = null;
  const stop = (reason: string): void => {
    if (since !== null) {
      if (performance.now() - since < SAME_SIGNAL_MS) return;
      logger.warn({ reason }, 'stopped at once');
      process.exit(1);
    }
    since = performance.now();
    logger.info({ reason }, 'stopping');
    setTimeout(() => app.getHttpServer().closeAllConnections(), DRAIN_MS).unref();
    setTimeout(() => {
      logger.error('closing took too long');
      process.exit(1);
    }, SHUTDOWN_LIMIT_MS).unref();
    close().then(
      () => {
        logger.info('stopped');
        process.exit(0);
      },
      (error: unknown) => {
        logger.fatal({ err: error }, 'closing failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  if (process.env[SUPERVISED] === '1') process.on('disconnect', () => stop('the supervisor ended'));
}

function onFatal({ logger }: CreatedApp): void {
  const end = (error: unknown, kind: string): void => {
    logger.fatal({ err: error }, kind);
    process.exit(1);
  };
  process.on('uncaughtException', (error) => end(error, 'uncaught exception'));
  process.on('unhandledRejection', (error) => end(error, 'unhandled rejection'));
}

function listenError(error: unknown, { config }: AppOptions): unknown {
  const code = errorCode(error);
  if (code === 'EADDRINUSE')
    return new StartupError(`port ${config.port} on ${config.host} is in use already`);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EACCES') {
    return new StartupError(`cannot listen on ${config.host} port ${config.port} (${code})`);
  }
  return error;
}

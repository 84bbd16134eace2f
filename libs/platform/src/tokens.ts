// What the platform offers to Nest's injection besides classes: `@Inject(LOGGER) logger: Logger`, and so on.

/** pino's `Logger`. */
export const LOGGER = Symbol('LOGGER');
/** prom-client's `Registry`. */
export const METRICS = Symbol('METRICS');
/** `AbortSignal`, aborted first thing when the app stops: every loop takes it. */
export const SHUTDOWN_SIGNAL = Symbol('SHUTDOWN_SIGNAL');

// Keeps one run of the projection going.
// States: running → it crashed: pausing, longer each time → running. Exits: the signal fires, and the run commits its
// batch first; a run that must not be repeated ends the app by `onFatal`. A long good run makes the pauses short again.
import { setTimeout as pause } from 'node:timers/promises';
import { scrub } from '@libs/platform';
import type { Logger } from 'pino';
import type { MonitoredState, ProjectionMonitor } from './projection-monitor.js';
import type { ProjectionReport, StartProjection } from './projection-report.js';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const GOOD_RUN_MS = 60_000;
const TIDES: ReadonlySet<MonitoredState> = new Set(['live', 'catching-up']);

export interface SuperviseOptions {
  readonly start: StartProjection;
  readonly monitor: ProjectionMonitor;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** UTC epoch ms. */
  readonly now: () => number;
  /** Called once, when going on would do harm. */
  readonly onFatal: (error: Error) => void;
}

/** Ends when the projection has stopped for good. Never rejects. */
export async function superviseProjection(options: SuperviseOptions): Promise<void> {
  const { start, monitor, signal, logger, now, onFatal } = options;
  const onReport = reporter(monitor, logger);
  let pauseMs = FIRST_PAUSE_MS;
  const stopping = (): boolean => signal.aborted;
  while (!stopping()) {
    const began = now();
    const end = await start({ signal, onReport });
    if (end.kind === 'fatal') {
      monitor.stopped();
      logger.fatal(
        { err: withoutCause(end.error) },
        `the projection must not go on: ${scrub(end.error.message)}`,
      );
      onFatal(end.error);
      return;
    }
    if (end.kind === 'crashed') logger.error({ err: withoutCause(end.error) }, 'the projection crashed');
    if (stopping()) break;
    monitor.restarting();
    if (now() - began >= GOOD_RUN_MS) pauseMs = FIRST_PAUSE_MS;
    await pause(pauseMs, undefined, { signal }).catch(() => undefined);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
  monitor.stopped();
}

/** What a parser or a database says of the text it could not read may quote that text. */
function withoutCause(error: Error): Error {
  return Object.assign(new Error(error.message), error, { stack: error.stack });
}

/** Passes reports on, with a log line whenever the state changes; falling behind and catching up is nothing to note. */
function reporter(monitor: ProjectionMonitor, logger: Logger): (report: ProjectionReport) => void {
  let problem: string | null = null;
  return (report) => {
    if (report.openProblem !== null && report.openProblem !== problem) logger.warn(report.openProblem);
    problem = report.openProblem;
    const { state: before } = monitor.view();
    const wasCaughtUp = monitor.caughtUpOnce;
    monitor.accept(report);
    const { state, position, lagEvents, poison } = monitor.view();
    if (state === before) return;
    const line = { state, position: position?.toString() ?? null, lagEvents };
    if (poison !== null) {
      logger.error(
        { ...line, poisonPosition: poison.position.toString(), eventId: poison.eventId },
        'projection',
      );
    } else if (wasCaughtUp && TIDES.has(state) && TIDES.has(before)) logger.debug(line, 'projection');
    else logger.info(line, 'projection');
  };
}

// One run after another: what is repeated, what is not, and what whoever waits for a position is told.
import { pino } from 'pino';
import { describe, expect, it } from '@jest/globals';
import { ProjectionMonitor } from './projection-monitor.js';
import {
  NO_REPORT,
  type ProjectionEnd,
  type ProjectionReport,
  type StartProjection,
} from './projection-report.js';
import { superviseProjection } from './supervise-projection.js';

const logger = pino({ level: 'silent' });
const crashed: ProjectionEnd = { kind: 'crashed', error: new Error('out of memory') };

function reportAt(position: bigint, more: Partial<ProjectionReport> = {}): ProjectionReport {
  const status = { ...NO_REPORT.status, state: 'live', position } as const;
  return { ...NO_REPORT, opened: true, status, ...more };
}

function supervised(start: StartProjection) {
  const monitor = new ProjectionMonitor();
  const stopping = new AbortController();
  const fatal: Error[] = [];
  const ended = superviseProjection({
    ...{ start, monitor, logger, signal: stopping.signal, now: () => 0 },
    onFatal: (error) => fatal.push(error),
  });
  return { monitor, ended, fatal, stop: () => stopping.abort() };
}

describe('superviseProjection', () => {
  it('a run that crashed is followed by another, and what it had applied still counts', async () => {
    let runs = 0;
    const { monitor, ended, stop } = supervised(({ signal, onReport }) => {
      runs += 1;
      onReport(reportAt(BigInt(runs * 10), { appliedEvents: 10 }));
      return runs === 1 ? Promise.resolve(crashed) : whenAborted(signal);
    });
    expect(await monitor.reaches(20n, 10_000)).toBe(true);
    expect(monitor.view()).toMatchObject({ state: 'live', position: 20n, restarts: 1, appliedEvents: 20 });
    stop();
    await ended;
    expect(monitor.view().state).toBe('stopped');
  });

  it('the read model stays open to readers while the projection is down', async () => {
    const { monitor, ended, stop } = supervised(({ onReport }) => {
      onReport(reportAt(10n));
      return Promise.resolve(crashed);
    });
    await Promise.resolve();
    expect(monitor.view()).toMatchObject({ state: 'restarting', position: 10n });
    expect(monitor).toMatchObject({ opened: true, caughtUpOnce: true });
    stop();
    await ended;
  });

  it('a fatal end is not repeated, and nobody waits on', async () => {
    const error = new Error('another projector is at work');
    let runs = 0;
    const { monitor, ended, fatal } = supervised(() => {
      runs += 1;
      return Promise.resolve({ kind: 'fatal', error });
    });
    const waiting = monitor.reaches(1n, 60_000);
    await ended;
    expect(fatal).toEqual([error]);
    expect(runs).toBe(1);
    expect(await waiting).toBe(false);
    expect(await monitor.reaches(1n, 60_000)).toBe(false);
  });

  it('a stop in the pause before another run ends it at once', async () => {
    let runs = 0;
    const { ended, stop } = supervised(() => {
      runs += 1;
      return Promise.resolve(crashed);
    });
    await Promise.resolve();
    stop();
    await ended;
    expect(runs).toBe(1);
  });
});

function whenAborted(signal: AbortSignal): Promise<ProjectionEnd> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve({ kind: 'stopped' })));
}

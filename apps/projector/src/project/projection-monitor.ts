// What the app knows of its projection, and who waits for it to come to a position. Holds no timer but the waiters'.
import type { PoisonEvent, ProjectionErrorCode, ProjectionState, ProjectionStatus } from '@libs/projection';
import { NO_REPORT, type ProjectionReport } from './projection-report.js';

/** The runner's states, and those of the run around it. */
export type MonitoredState =
  ProjectionState | 'starting' | 'waiting-for-event-store' | 'restarting' | 'stopped';

export interface ProjectionView {
  readonly state: MonitoredState;
  readonly position: bigint | null;
  readonly headPosition: bigint | null;
  readonly lagEvents: number | null;
  readonly lagSeconds: number | null;
  readonly poison: PoisonEvent | null;
  readonly lastErrorCode: ProjectionErrorCode | null;
  readonly appliedEvents: number;
  readonly restarts: number;
}

/** One that stands by sees what the other commits a little later. */
const STANDBY_LAG_SECONDS = 5;

interface Waiter {
  readonly position: bigint;
  readonly settle: (reached: boolean) => void;
}

export class ProjectionMonitor {
  private report: ProjectionReport = NO_REPORT;
  private phase: 'starting' | 'running' | 'restarting' | 'stopped' = 'starting';
  private wasOpened = false;
  private wasCaughtUp = false;
  private appliedBefore = 0;
  private storeRetriesBefore = 0;
  private restarts = 0;
  private readonly waiters = new Set<Waiter>();

  /** The read model can be queried: it stays so even while the projection is down. */
  get opened(): boolean {
    return this.wasOpened;
  }

  /** It has once stood at the head of the log, or stands at an event it cannot pass, which reads need not wait for. */
  get caughtUpOnce(): boolean {
    return this.wasCaughtUp;
  }

  /** Calls of the event store repeated, and subscriptions renewed, since the start. */
  get storeRetries(): number {
    return this.storeRetriesBefore + this.report.storeRetries;
  }

  accept(report: ProjectionReport): void {
    this.report = report;
    this.phase = 'running';
    this.wasOpened ||= report.opened;
    this.wasCaughtUp ||= isCaughtUp(report.status);
    const { position } = report.status;
    if (position === null) return;
    for (const waiter of this.waiters) if (waiter.position <= position) waiter.settle(true);
  }

  /** A run ended and another follows. */
  restarting(): void {
    this.appliedBefore += this.report.appliedEvents;
    this.storeRetriesBefore += this.report.storeRetries;
    this.report = { ...this.report, appliedEvents: 0, storeRetries: 0 };
    this.restarts += 1;
    this.phase = 'restarting';
  }

  /** No run follows: nobody needs to wait any longer. */
  stopped(): void {
    this.phase = 'stopped';
    for (const waiter of this.waiters) waiter.settle(false);
  }

  /** Whether the read model comes to the position within the time; woken by commits, never by polling. */
  reaches(position: bigint, withinMs: number): Promise<boolean> {
    const current = this.report.status.position;
    if (current !== null && current >= position) return Promise.resolve(true);
    if (this.phase === 'stopped') return Promise.resolve(false);
    return new Promise((resolve) => {
      const settle = (reached: boolean): void => {
        clearTimeout(timer);
        this.waiters.delete(waiter);
        resolve(reached);
      };
      const waiter = { position, settle };
      const timer = setTimeout(() => settle(false), withinMs);
      this.waiters.add(waiter);
    });
  }

  view(): ProjectionView {
    const { position, head, lagEvents, lagSeconds, poison, lastErrorCode } = this.report.status;
    return {
      state: this.state(),
      position,
      headPosition: head,
      lagEvents,
      lagSeconds,
      poison,
      lastErrorCode,
      appliedEvents: this.appliedBefore + this.report.appliedEvents,
      restarts: this.restarts,
    };
  }

  private state(): MonitoredState {
    if (this.phase !== 'running') return this.phase;
    return this.report.waitingForEventStore ? 'waiting-for-event-store' : this.report.status.state;
  }
}

function isCaughtUp({ state, lagSeconds }: ProjectionStatus): boolean {
  switch (state) {
    case 'live':
    case 'stopped-at-poison':
      return true;
    case 'standby':
      return lagSeconds !== null && lagSeconds <= STANDBY_LAG_SECONDS;
    case 'catching-up':
    case 'failed':
      return false;
    default:
      throw new Error(`no such state: ${String(state satisfies never)}`);
  }
}

// Keeps the lag on the status board true while nothing moves: at the head, at a poison event, in a long retry.
import type { EventStore, Position } from '@libs/event-store';
import type { ProjectionStatus, StatusBoard } from './projection-status.js';
import { errorCodeOf } from './projection-status.js';
import { sleep } from './sleep.js';

export const LAG_EVERY_MS = 1_000;

export interface LagOptions {
  readonly store: EventStore;
  readonly board: StatusBoard;
  /** True when positions are 1, 2, 3 …: only then is the lag a number of events. */
  readonly contiguousPositions: boolean;
  /** UTC epoch ms. */
  readonly now: () => number;
}

export async function watchLag(options: LagOptions & { readonly signal: AbortSignal }): Promise<void> {
  while (!options.signal.aborted) {
    await refreshLag(options);
    await sleep(LAG_EVERY_MS, options.signal);
  }
}

/** Never throws: a store that cannot be asked is shown on the board. */
export async function refreshLag(options: LagOptions): Promise<void> {
  const { store, board } = options;
  const { position } = board.current;
  try {
    const lag = await measureLag(position, options);
    // A batch committed meanwhile has said something newer.
    if (board.current.position === position) board.update({ ...lag, ...recovered(board.current, lag) });
  } catch (error) {
    if (board.current.lastErrorCode === null) board.update({ lastErrorCode: errorCodeOf(error) });
  }

  async function measureLag(after: Position | null, { contiguousPositions, now }: LagOptions) {
    const [oldest] = (await store.readAll({ after, limit: 1 })).events;
    if (oldest === undefined) return { head: after, lagEvents: 0, lagSeconds: 0 };
    const head = (await store.head()) ?? oldest.position;
    return {
      head,
      lagEvents: contiguousPositions ? Number(head - (after ?? 0n)) : null,
      lagSeconds: Math.max(0, (now() - oldest.recordedAt) / 1_000),
    };
  }
}

function recovered(
  status: ProjectionStatus,
  lag: { readonly lagEvents: number | null },
): Partial<ProjectionStatus> {
  const atHead = status.state === 'catching-up' && lag.lagEvents === 0;
  const storeIsBack = status.lastErrorCode === 'store-unavailable';
  return { ...(atHead && { state: 'live' }), ...(storeIsBack && { lastErrorCode: null }) };
}

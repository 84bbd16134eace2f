// What the simulated contact centre knows of an agent at an instant, and the values an agent can take on. The keys are
// spelt out here anew: the product's own rules must not mark their own work.
import type { Track } from '@libs/domain';

export interface AgentValues {
  readonly status: number;
  readonly statusId: number;
  readonly statusName: string;
  readonly availableOn: number;
  readonly loggedIn: boolean;
  readonly teams: readonly { readonly id: string; readonly name: string }[];
}

/** Times in UTC epoch ms, whole seconds. */
export interface AgentState extends AgentValues {
  readonly statusSince: number;
  readonly updatedAt: number;
}

type StatusValues = Pick<AgentValues, 'status' | 'statusId' | 'statusName' | 'availableOn'>;

const away = (statusId: number, statusName: string): StatusValues => {
  return { status: 0, statusId, statusName, availableOn: 0 };
};
const working = (status: number): StatusValues => {
  return { status, statusId: 2, statusName: 'Available', availableOn: 1 };
};

export const OFFLINE = away(1, 'Offline');
export const LUNCH = away(903, 'Lunch');
export const COACHING = away(904, 'Coaching / 1:1');
export const TRAINING = away(905, 'Training ☕');
export const AVAILABLE = working(1);
export const BUSY = working(2);
export const ACW = working(3);

export function sameStatus(one: StatusValues, other: StatusValues): boolean {
  return one.status === other.status && one.statusId === other.statusId;
}

/** The key of each track. */
export function keysOf({ status, statusId, availableOn, loggedIn }: AgentValues): Record<Track, string> {
  return {
    status: statusKey(status, statusId),
    browser: `id-${statusId}`,
    mobile: 'id-1',
    channel: availableOn === 0 ? 'offline' : 'browser',
    login: loggedIn ? 'signed-in' : 'signed-out',
  };
}

function statusKey(status: number, statusId: number): string {
  if (status === 0) return statusId === 1 ? 'offline' : `custom-${statusId}`;
  return ['available', 'busy', 'acw'][status - 1] ?? 'other';
}

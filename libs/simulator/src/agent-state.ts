// What is true of an agent at an instant, and the values it can take on. Keys are spelt out here anew: the product's own
// rules must not mark their own work.
import type { Actor, Team, Track } from '@libs/domain';
import { AVAILABLE_ID, FORWARDING_ID, OFFLINE_ID } from './statuses.js';

/** 0 offline or custom · 1 online · 2 on a call · 3 after call work. Ids are those of statuses.ts. */
export interface Presence {
  readonly code: 0 | 1 | 2 | 3;
  readonly browser: number;
  readonly mobile: number;
  /** The one that results from both. */
  readonly common: number;
  readonly availableOn: 0 | 1 | 2;
}

export interface AgentValues extends Presence {
  readonly loggedIn: boolean;
  readonly teams: readonly Team[];
  readonly deleted: boolean;
}

/** Times in UTC epoch ms, whole seconds. */
export interface AgentState extends AgentValues {
  readonly statusSince: number;
  readonly updatedAt: number;
  readonly lastCallAt: number | null;
}

/** Something that happens to an agent. An empty change: only the record's `updated_at` moves. */
export interface Moment {
  readonly at: number;
  readonly by: Actor;
  readonly change: Partial<AgentValues>;
}

/** The n-th change of an agent, from 0. */
export interface Step {
  readonly n: number;
  readonly by: Actor;
  readonly before: AgentState;
  readonly after: AgentState;
}

/** Where an agent takes calls: in the browser, in the mobile app, or in the app with the browser set to forward to it. */
export type Device = 'browser' | 'mobile' | 'forwarding';

export const OFFLINE: Presence = {
  ...{ code: 0, browser: OFFLINE_ID, mobile: OFFLINE_ID, common: OFFLINE_ID, availableOn: 0 },
};

const onDevice = (code: 1 | 2 | 3): { readonly [D in Device]: Presence } => ({
  browser: { code, browser: AVAILABLE_ID, mobile: OFFLINE_ID, common: AVAILABLE_ID, availableOn: 1 },
  mobile: { code, browser: OFFLINE_ID, mobile: AVAILABLE_ID, common: AVAILABLE_ID, availableOn: 2 },
  forwarding: { code, browser: FORWARDING_ID, mobile: AVAILABLE_ID, common: FORWARDING_ID, availableOn: 2 },
});

export const AVAILABLE = onDevice(1);
export const BUSY = onDevice(2);
export const ACW = onDevice(3);

/** A custom status, set where the agent works. */
export function custom(id: number, device: Device): Presence {
  const [browser, mobile] = device === 'mobile' ? [OFFLINE_ID, id] : [id, OFFLINE_ID];
  return { code: 0, browser, mobile, common: id, availableOn: 0 };
}

export function stepOf(n: number, before: AgentState, { at, by, change }: Moment): Step {
  const values = { ...before, ...change };
  const staysInStatus = before.code === values.code && before.common === values.common;
  const after: AgentState = {
    ...values,
    statusSince: staysInStatus ? before.statusSince : at,
    updatedAt: at,
    lastCallAt: before.code === 2 && values.code !== 2 ? at : before.lastCallAt,
  };
  return { n, by, before, after };
}

/** The key of a value on a track. */
export function keyOn(track: Track, state: AgentValues): string {
  switch (track) {
    case 'status':
      return statusKey(state);
    case 'browser':
      return `id-${state.browser}`;
    case 'mobile':
      return `id-${state.mobile}`;
    case 'channel':
      return (['offline', 'browser', 'mobile'] as const)[state.availableOn];
    case 'login':
      return state.loggedIn ? 'signed-in' : 'signed-out';
    default:
      throw new Error(`no such track: ${String(track satisfies never)}`);
  }
}

function statusKey({ code, common }: Presence): string {
  switch (code) {
    case 0:
      return common === OFFLINE_ID ? 'offline' : `custom-${common}`;
    case 1:
      return common === FORWARDING_ID ? 'available-forward-to-phone' : 'available';
    case 2:
      return 'busy';
    case 3:
      return 'acw';
    default:
      throw new Error(`no such status: ${String(code satisfies never)}`);
  }
}

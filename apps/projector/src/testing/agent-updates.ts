// Payloads as Freshworks sends them, small and invented, and the events that ingest makes of them.
import { AGENT_UPDATED, decodeAgentUpdate } from '@libs/domain';
import type { EventStore } from '@libs/event-store';

const STATUSES = {
  available: { status: 1, common_status_id: 11, common_status_name: 'Available' },
  busy: { status: 2, common_status_id: 12, common_status_name: 'Busy' },
  acw: { status: 3, common_status_id: 13, common_status_name: 'After call work' },
  lunch: { status: 0, common_status_id: 14, common_status_name: 'Lunch' },
} as const;
export type StatusName = keyof typeof STATUSES;

export interface StatusChange {
  readonly account?: string;
  readonly agent: string;
  /** ISO 8601, whole seconds. */
  readonly at: string;
  readonly from: StatusName;
  readonly to: StatusName;
  /** Where the status before began. */
  readonly since: string;
}

export const ACCOUNT = '4711';

/** One agent's change of status, by the agent itself. */
export function payloadOf({ account = ACCOUNT, agent, at, from, to, since }: StatusChange) {
  const before = STATUSES[from];
  const after = STATUSES[to];
  const userId = Number(agent) + 1_000_000;
  const own = {
    ...{ id: Number(agent), user_id: userId, account_id: Number(account) },
    ...{ name: `Agent ${agent}`, email: `agent-${agent}@example.test`, time_zone: 'Berlin', logged_in: true },
    ...{ teams: [{ id: 't1', name: 'Support' }], deleted: false },
    ...after,
    ...{ updated_at: source(at), last_status_change_at: source(at) },
  };
  const model_changes = {
    status: [before.status, after.status],
    common_status_id: [before.common_status_id, after.common_status_id],
    common_status_name: [before.common_status_name, after.common_status_name],
    updated_at: [source(since), source(at)],
    last_status_change_at: [source(since), source(at)],
  };
  return {
    event: 'onAgentUpdate',
    account_id: Number(account),
    region: 'EUC',
    timestamp: Date.parse(at) / 1_000,
    data: {
      actor: { id: userId, name: `Agent ${agent}`, account_admin: false, agent: own },
      agent: own,
      associations: {},
      changes: { model_changes },
    },
  };
}

/** Appends a payload as ingest does; gives its position as text. */
export async function record(store: EventStore, payload: unknown, receivedAt: number): Promise<string> {
  const decoded = decodeAgentUpdate(payload, { receivedAt });
  if (!decoded.ok) throw new Error(`not an agent update: ${decoded.code}`);
  const { stream, eventId, fingerprint, data } = decoded.update;
  const [last] = await store.readStream(stream, { direction: 'backwards', limit: 1 });
  const metadata = { fingerprint, receivedAt, via: 'http', maxAt: data.at };
  const [result] = await store.append([
    {
      stream,
      expectedRevision: last?.revision ?? 'noStream',
      events: [{ id: eventId, type: AGENT_UPDATED, data, metadata }],
    },
  ]);
  if (result?.outcome !== 'appended') throw new Error(`not appended: ${result?.outcome ?? 'no answer'}`);
  return result.position.toString();
}

/** `2026-03-02T09:00:00Z` as `2026-03-02 09:00:00 UTC`. */
const source = (iso: string): string => iso.replace('T', ' ').replace('Z', ' UTC');

// A log that a test lets grow beside running projectors: agents that change their status minute after minute.
import { join } from 'node:path';
import { AGENT_UPDATED, decodeAgentUpdate, type DecodedUpdate } from '@libs/domain';
import { openSqliteEventStore } from '@libs/event-store/sqlite';

export const ACCOUNT = '4711';
const FROM = Date.UTC(2026, 2, 2);
const MINUTE_MS = 60_000;
const STATUSES = [
  { status: 1, common_status_id: 11, common_status_name: 'Available' },
  { status: 2, common_status_id: 12, common_status_name: 'Busy' },
  { status: 3, common_status_id: 13, common_status_name: 'After call work' },
  { status: 0, common_status_id: 14, common_status_name: 'Lunch' },
];

export interface GrowingLog {
  /** In the order of the log. */
  readonly updates: readonly DecodedUpdate[];
  /** Appends so many changes of each agent; gives the last position as text. */
  grow(changes: number): Promise<string>;
  close(): Promise<void>;
}

export function openGrowingLog(folder: string, agents: number): GrowingLog {
  const store = openSqliteEventStore({ file: join(folder, 'events.db'), now: Date.now });
  const updates: DecodedUpdate[] = [];
  let minute = 0;
  return {
    updates,
    grow: async (changes) => {
      let last = '';
      for (const end = minute + changes; minute < end; minute += 1) {
        const items = Array.from({ length: agents }, (_, index) => {
          const update = changeOf(index + 1, minute);
          updates.push(update);
          const { stream, eventId, fingerprint, data } = update;
          const metadata = { fingerprint, receivedAt: data.at, via: 'http', maxAt: data.at };
          const events = [{ id: eventId, type: AGENT_UPDATED, data, metadata }];
          return { stream, expectedRevision: minute === 0 ? ('noStream' as const) : minute - 1, events };
        });
        for (const result of await store.append(items)) {
          if (result.outcome !== 'appended') throw new Error(`not appended: ${result.outcome}`);
          last = String(result.position);
        }
      }
      return last;
    },
    close: () => store.close(),
  };
}

function changeOf(agent: number, minute: number): DecodedUpdate {
  const at = new Date(FROM + minute * MINUTE_MS + agent).toISOString();
  const own = {
    ...{ id: agent, user_id: agent + 1_000, account_id: Number(ACCOUNT), name: `Agent ${agent}` },
    ...{ logged_in: minute % 7 !== 0, ...STATUSES[(agent + minute) % STATUSES.length] },
    ...{ updated_at: at, last_status_change_at: at },
  };
  const before = STATUSES[(agent + minute - 1) % STATUSES.length];
  const model_changes = minute === 0 ? {} : { status: [before?.status, own.status] };
  const payload = { account_id: Number(ACCOUNT), data: { agent: own, changes: { model_changes } } };
  const decoded = decodeAgentUpdate(payload, { receivedAt: FROM + 365 * 24 * 60 * MINUTE_MS });
  if (!decoded.ok) throw new Error(`not an agent update: ${decoded.code}`);
  return decoded.update;
}

// Payloads for specs: well-formed ones by agent and minute, and some that no event can come of.
import { NOW_MS } from './make-ingest.js';

export interface SampleOptions {
  readonly accountId?: number;
  readonly agentId?: number;
  /** Minutes before now; by default 60. */
  readonly minutesAgo?: number;
  readonly status?: number;
}

export function sampleUpdate(options: SampleOptions = {}): Record<string, unknown> {
  const { accountId = 682861, agentId = 787096, minutesAgo = 60, status = 1 } = options;
  const updatedAt = new Date(NOW_MS - minutesAgo * 60_000).toISOString();
  return {
    event: 'onAgentUpdate',
    account_id: String(accountId),
    domain: 'acme.freshcaller.com',
    region: 'US',
    timestamp: Math.floor(NOW_MS / 1_000),
    data: {
      agent: {
        id: agentId,
        account_id: accountId,
        name: 'Mira Rao',
        email: 'mira.rao@example.com',
        status,
        updated_at: updatedAt,
      },
      changes: { model_changes: { status: [2, status] } },
      associations: {},
      actor: { id: 856523, name: 'Mira Rao' },
    },
  };
}

/** `count` updates, one a minute, of `agents` agents in turn. */
export function sampleUpdates(count: number, agents = 10): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, index) =>
    sampleUpdate({ agentId: 1_000 + (index % agents), minutesAgo: 100_000 - index, status: index % 4 }),
  );
}

export const ndjson = (updates: readonly unknown[]): string =>
  updates.map((update) => `${JSON.stringify(update)}\n`).join('');

// Results as clients see them: every member always there, null where it does not apply; positions as decimal text.
import { z } from 'zod';
import type { UpdateResult } from '../record-agent-update/update-result.js';

export const zResultJson = z.object({
  outcome: z.enum(['appended', 'duplicate', 'quarantined', 'rejected']),
  eventId: z.string().nullable(),
  accountId: z.string().nullable(),
  agentId: z.string().nullable(),
  revision: z.int().nullable(),
  position: z.string().nullable(),
  code: z.string().nullable(),
  detail: z.string().nullable(),
  quarantineId: z.string().nullable(),
});

export type ResultJson = z.output<typeof zResultJson>;

export const zCounts = z.object({ appended: z.int(), duplicates: z.int(), quarantined: z.int() });

export const zBatchReply = z.object({ results: z.array(zResultJson), ...zCounts.shape });

const NOTHING: ResultJson = {
  // Always replaced; here so that the members stand in the contract's order.
  outcome: 'rejected',
  eventId: null,
  accountId: null,
  agentId: null,
  revision: null,
  position: null,
  code: null,
  detail: null,
  quarantineId: null,
};

export function toResultJson(result: UpdateResult): ResultJson {
  switch (result.outcome) {
    case 'appended':
    case 'duplicate': {
      const { outcome, eventId, accountId, agentId, revision, position } = result;
      return { ...NOTHING, outcome, eventId, accountId, agentId, revision, position: String(position) };
    }
    case 'quarantined': {
      const { outcome, accountId, code, detail, quarantineId } = result;
      return { ...NOTHING, outcome, accountId, code, detail, quarantineId };
    }
    case 'rejected': {
      const { outcome, accountId } = result;
      const detail = 'The API key does not cover the account.';
      return { ...NOTHING, outcome, accountId, code: 'account-not-allowed', detail };
    }
    default:
      throw new Error(`no such outcome: ${String(result satisfies never)}`);
  }
}

/** `toResultJson` as JSON text. Of a recorded update nothing needs escaping: its ids are digits and hex. */
export function resultText(result: UpdateResult): string {
  if (result.outcome !== 'appended' && result.outcome !== 'duplicate') {
    return JSON.stringify(toResultJson(result));
  }
  const { outcome, eventId, accountId, agentId, revision, position } = result;
  return (
    `{"outcome":"${outcome}","eventId":"${eventId}","accountId":"${accountId}","agentId":"${agentId}",` +
    `"revision":${revision},"position":"${position}","code":null,"detail":null,"quarantineId":null}`
  );
}

/** Counts what was answered. `rejected` can occur in NDJSON alone. */
export class Tally {
  private readonly counts = { appended: 0, duplicate: 0, quarantined: 0, rejected: 0 };

  add({ outcome }: UpdateResult): void {
    this.counts[outcome] += 1;
  }

  toJson(): z.output<typeof zCounts> {
    const { appended, duplicate, quarantined } = this.counts;
    return { appended, duplicates: duplicate, quarantined };
  }

  rejected(): number {
    return this.counts.rejected;
  }
}

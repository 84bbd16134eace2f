// What the projector answers of some agents against the pure fold of what was sent of them.
import { extractEvidence, foldTimeline } from '@libs/domain';
import { deepStrictEqual } from 'node:assert/strict';
import { decoded } from './decoded.js';
import { groupBy } from './group-by.js';
import { getJson } from './http-request.js';

const MOST_INTERVALS = 10_000;

interface TimelineReply {
  readonly intervals: readonly {
    readonly key: string;
    readonly start: string;
    readonly end: string | null;
  }[];
  readonly nextCursor: string | null;
}

/** `sent`: all payloads of the account, acknowledged and projected. Throws where a status timeline differs. */
export async function checkTimelines(
  projector: string,
  account: number,
  sent: readonly Buffer[],
  sample: number,
): Promise<void> {
  const byAgent = groupBy(decoded(sent), ({ data }) => data.agentId);
  const every = Math.ceil(byAgent.size / sample);
  const from = new Date(0).toISOString();
  const to = new Date(Date.now()).toISOString();
  for (const [agentId, updates] of [...byAgent].filter((_, index) => index % every === 0)) {
    const evidences = updates.map(({ eventId, fingerprint, data }) =>
      extractEvidence(eventId, fingerprint, data),
    );
    const query = new URLSearchParams({ from, to, track: 'status', limit: String(MOST_INTERVALS) });
    const { intervals } = await getJson<TimelineReply>(
      `${projector}/v1/accounts/${account}/agents/${agentId}/timeline?${query.toString()}`,
    );
    deepStrictEqual(
      intervals.map(({ key, start, end }) => [key, start, end]),
      foldTimeline(evidences)
        .intervals.status.slice(0, MOST_INTERVALS)
        .map(({ key, start, end }) => [key, iso(start), end === null ? null : iso(end)]),
      `the timeline of agent ${agentId}`,
    );
  }
}

const iso = (at: number): string => new Date(at).toISOString();

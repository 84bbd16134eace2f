// Holds every agent's timeline, as the projector shows it over REST, to the pure fold of the account's updates.
import { expect } from '@jest/globals';
import { TRACKS, type DecodedUpdate, type Timeline } from '@libs/domain';
import { pureModel } from '@libs/read-models/testing';
import { DAY } from '../simulator/agent-week.js';
import { askAllPages } from './ask-projector.js';

const iso = (at: number): string => new Date(at).toISOString();

/** `logged`: all updates of one account, in the order of the log. The window is wide enough for all of them. */
export async function expectPureTimelines(
  projector: string,
  logged: readonly DecodedUpdate[],
  lastPosition: string,
): Promise<void> {
  const ats = logged.map(({ data }) => data.at);
  const from = ats.reduce((one, other) => Math.min(one, other)) - 30 * DAY;
  const to = ats.reduce((one, other) => Math.max(one, other)) + DAY;
  for (const { accountId, agentId, timeline } of pureModel(logged).values()) {
    const { intervals, gaps, chainBreaks } = await askAllPages(
      projector,
      `/v1/accounts/${accountId}/agents/${agentId}/timeline`,
      { from: iso(from), to: iso(to), asOf: iso(to), limit: '1000', minPosition: lastPosition },
      'intervals',
    );
    expect(intervals).toEqual(shownIntervals(timeline));
    expect({ gaps: (gaps as unknown[]).length, chainBreaks }).toEqual({
      gaps: timeline.gaps.length,
      chainBreaks: timeline.chainBreaks.length,
    });
  }
}

function shownIntervals({ intervals }: Timeline): unknown[] {
  return TRACKS.flatMap((track) => intervals[track])
    .toSorted((one, other) => one.start - other.start)
    .map(({ track, key, label, start, end, inferred, uncertainFrom, ...by }) => {
      const { startEventId, endEventId, startedBy, endedBy } = by;
      return expect.objectContaining({
        ...{ track, key, label, start: iso(start), end: end === null ? null : iso(end), inferred },
        uncertainFrom: uncertainFrom === null ? null : iso(uncertainFrom),
        ...{ startEventId, endEventId, startedBy, endedBy },
      });
    });
}

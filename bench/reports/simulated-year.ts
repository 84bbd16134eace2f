// A year of many agents with quiet telephones, straight from their lives: some 2,000 statuses each, none of it from payloads.
import { trueTimelines, type TrueTimeline } from '@libs/simulator';

export const DAY = 86_400_000;
/** A Monday. The year ends in the past. */
export const YEAR_FROM = Date.UTC(2025, 2, 3);
export const YEAR_TO = YEAR_FROM + 365 * DAY;
export const YEAR_ACCOUNT = 710_010;

/** In the order of the agents' ids. */
export function simulatedYear(agents: number): Generator<TrueTimeline, void> {
  return trueTimelines({
    ...{ seed: 1, accountId: YEAR_ACCOUNT, agents, from: YEAR_FROM, to: YEAR_TO, callsPerHour: 0.27 },
  });
}

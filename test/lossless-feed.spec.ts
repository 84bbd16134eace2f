// A feed that loses nothing, however it shuffles and doubles: the timelines served are those that truly were.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TRACKS } from '@libs/domain';
import { askAllPages } from './running/ask-projector.js';
import { buildIfStale } from './running/build-if-stale.js';
import { liveThroughWeek, type LivedWeek } from './running/live-through-week.js';
import { DAY } from './simulator/agent-week.js';
import { simulatedWeek, type Faults } from './simulator/simulated-week.js';

const SEED = Number(process.env.WEEK_SEED ?? 20_251_028);
const ACCOUNT = 682_861;
const FROM = Date.UTC(2025, 9, 27);
const TIME_LIMIT_MS = 180_000;

interface ShownInterval {
  readonly track: string;
  readonly key: string;
  readonly start: string;
  readonly end: string | null;
  readonly startedBy: string | null;
  readonly endedBy: string | null;
  readonly uncertainFrom: string | null;
}

const iso = (at: number): string => new Date(at).toISOString();

describe(`a feed without losses, doubled and shuffled, through a crash (seed ${SEED})`, () => {
  const faults: Faults = { lost: 0, doubled: 100, delayed: 200, foreign: 0 };
  const week = simulatedWeek({
    ...{ seed: SEED, accountId: ACCOUNT, agents: 15, from: FROM, days: 5, callsADay: 16, faults },
  });
  let lived: LivedWeek;
  beforeAll(async () => {
    buildIfStale();
    lived = await liveThroughWeek(week, { seed: SEED, crashes: 1 });
  }, TIME_LIMIT_MS);
  afterAll(() => lived?.destroy());

  it('gives the timelines that truly were', async () => {
    expect(week.truth.size).toBe(15);
    for (const [agentId, truth] of week.truth) {
      const reply = await askAllPages(
        lived.addresses.projector,
        `/v1/accounts/${ACCOUNT}/agents/${agentId}/timeline`,
        {
          from: iso(FROM - 30 * DAY),
          to: iso(FROM + 8 * DAY),
          limit: '200',
          minPosition: lived.lastPosition,
        },
        'intervals',
      );
      const intervals = (reply.intervals as ShownInterval[]).map(
        ({ track, key, start, end, startedBy, endedBy, uncertainFrom }) => {
          return { track, key, start, end, startedBy, endedBy, uncertainFrom };
        },
      );
      for (const track of TRACKS) {
        expect(intervals.filter((interval) => interval.track === track)).toEqual(
          truth
            .filter((interval) => interval.track === track)
            .map(({ start, end, ...interval }) => {
              return {
                ...interval,
                start: iso(start),
                end: end === null ? null : iso(end),
                uncertainFrom: null,
              };
            }),
        );
      }
      expect(reply).toMatchObject({ gaps: [], chainBreaks: 0 });
    }
  });
});

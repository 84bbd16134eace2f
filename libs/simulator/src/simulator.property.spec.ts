import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Interval, Timeline } from '@libs/domain';
import { trueTimelines, type SimulationOptions, type TrueInterval, type TrueTimeline } from './index.js';
import { foldedFeed } from './testing/folded-feed.js';
import { DAY } from './units.js';

const RUNS = { seed: 20_261_122, numRuns: 3, endOnFailure: true };

/** Enough agents that there are new ones, leavers and one who returns; over days on which clocks change, too. */
const options: fc.Arbitrary<SimulationOptions> = fc
  .record({
    seed: fc.maxSafeInteger(),
    agents: fc.constant(40),
    from: fc.constantFrom(Date.UTC(2026, 2, 4), Date.UTC(2026, 9, 20), Date.UTC(2026, 11, 28, 13, 30)),
    days: fc.constantFrom(6, 7),
    callsPerHour: fc.constantFrom(0, 0.3, 0.8),
  })
  .map(({ days, ...rest }) => ({ ...rest, accountId: 700_001, to: rest.from + days * DAY }));

const shared = ({
  startEventId: _startEventId,
  endEventId: _endEventId,
  ...rest
}: Interval): Omit<Interval, 'startEventId' | 'endEventId'> => rest;
const ofTruth = ({ startStep: _startStep, endStep: _endStep, ...rest }: TrueInterval): typeof rest => rest;

function expectTold(timeline: Timeline | undefined, truth: TrueTimeline): void {
  expect(timeline?.intervals.status.map(shared)).toEqual(truth.intervals.status.map(ofTruth));
  expect(timeline?.intervals.browser.map(shared)).toEqual(truth.intervals.browser.map(ofTruth));
  expect(timeline?.intervals.mobile.map(shared)).toEqual(truth.intervals.mobile.map(ofTruth));
  expect(timeline?.intervals.channel.map(shared)).toEqual(truth.intervals.channel.map(ofTruth));
  expect(timeline?.intervals.login.map(shared)).toEqual(truth.intervals.login.map(ofTruth));
  const { agent, teams, deleted, lastEventAt } = truth;
  const first = truth.teams[0]?.at;
  expect(timeline).toMatchObject({
    ...{ gaps: [], chainBreaks: [], teams, deleted, lastEventAt },
    names: [{ at: first, value: agent.name }],
    emails: [{ at: first, value: agent.email }],
    timeZones: [{ at: first, value: agent.timeZone }],
  });
}

function expectAllTold(simulated: SimulationOptions): void {
  const { timelines, tally } = foldedFeed(simulated);
  const truths = [...trueTimelines(simulated)];
  expect(new Set(timelines.keys())).toEqual(new Set(truths.map(({ agent }) => String(agent.agentId))));
  expect(tally.changes).toBe(truths.reduce((sum, { changes }) => sum + changes, 0));
  for (const truth of truths) expectTold(timelines.get(String(truth.agent.agentId)), truth);
}

describe('a simulated feed', () => {
  it('without faults is folded to what truly happened, on every track', () => {
    fc.assert(fc.property(options, expectAllTold), RUNS);
  });

  it('tells the truth with up to three changes in a second, doubled, late and shuffled', () => {
    const faults = { doubled: 0.1, late: 0.1, shuffled: 0.5, foreign: 0.02 };
    fc.assert(
      fc.property(options, (simulated) => expectAllTold({ ...simulated, sameSecond: 0.1, faults })),
      RUNS,
    );
  });

  it('tells the truth without derived attributes and old sides, as long as nothing is lost', () => {
    const faults = { late: 0.1, shuffled: 0.5, derivedMissing: 0.4, unknownOld: 0.2 };
    fc.assert(
      fc.property(options, (simulated) => expectAllTold({ ...simulated, faults })),
      RUNS,
    );
  });
});

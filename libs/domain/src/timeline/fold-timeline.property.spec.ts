// What must hold of every timeline, whatever the feed did (semantics §4, §5).
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arbitraryFeed } from '../testing/index.js';
import { TRACKS, type Evidence } from './evidence.js';
import { extractEvidence } from './extract-evidence.js';
import { foldEvents, foldTimeline } from './fold-timeline.js';
import { initialFoldState } from './fold-state.js';
import type { FoldSink } from './fold-event.js';

const SEED = 20_240_101;
const feed = arbitraryFeed.map((updates) =>
  updates
    .filter(({ data }) => data.agentId === updates[0]?.data.agentId)
    .map(({ eventId, fingerprint, data }) => extractEvidence(eventId, fingerprint, data)),
);

describe('a timeline', () => {
  it('is the same for every order of arrival and any redelivery', () => {
    fc.assert(
      fc.property(
        feed.chain((events) =>
          fc.tuple(
            fc.constant(events),
            fc.shuffledSubarray([...events, ...events], { minLength: events.length }),
          ),
        ),
        ([events, shuffled]) => {
          const missing = events.filter((event) => !shuffled.includes(event));
          const arrival = withoutActor([...shuffled, ...missing]);
          expect(foldTimeline(arrival)).toEqual(foldTimeline(withoutActor(events)));
        },
      ),
      { seed: SEED, numRuns: 300 },
    );
  });

  it('has disjoint intervals in order, one open at most and only at the end', () => {
    fc.assert(
      fc.property(feed, (events) => {
        const timeline = foldTimeline(events);
        for (const track of TRACKS) {
          timeline.intervals[track].forEach((interval, index, all) => {
            const next = all[index + 1];
            expect(interval.ordinal).toBe(index);
            if (interval.end === null) expect(next).toBeUndefined();
            expect(interval.end ?? Infinity).toBeGreaterThanOrEqual(interval.start);
            if (next) expect(next.start).toBeGreaterThanOrEqual(interval.end ?? Infinity);
            if (interval.uncertainFrom !== null) {
              expect(interval.uncertainFrom).toBeGreaterThanOrEqual(interval.start);
              expect(interval.uncertainFrom).toBeLessThan(interval.end ?? -Infinity);
            }
          });
        }
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  it('can be folded on from its state stored as JSON between any two instants', () => {
    fc.assert(
      fc.property(feed, fc.nat(24), (events, second) => {
        const distinct = [...new Map(events.map((event) => [event.fingerprint, event])).values()];
        const cut = Math.min(...distinct.map(({ at }) => at)) + second * 1000;
        const whole: unknown[] = [];
        const parts: unknown[] = [];
        foldEvents(initialFoldState(), distinct, recorder(whole));
        const state = initialFoldState();
        foldEvents(
          state,
          distinct.filter(({ at }) => at <= cut),
          recorder(parts),
        );
        const resumed = JSON.parse(JSON.stringify(state)) as typeof state;
        foldEvents(
          resumed,
          distinct.filter(({ at }) => at > cut),
          recorder(parts),
        );
        expect(parts).toEqual(whole);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });
});

/** Who is named as the actor follows the delivery appended first: the one thing that arrival decides. */
function withoutActor(events: readonly Evidence[]): Evidence[] {
  return events.map((event) => ({ ...event, by: 'other' }));
}

function recorder(effects: unknown[]): FoldSink {
  const record =
    (kind: string) =>
    (...what: unknown[]): void =>
      void effects.push([kind, ...what]);
  return {
    open: record('open'),
    close: record('close'),
    gap: record('gap'),
    chainBreak: record('chainBreak'),
    attribute: record('attribute'),
  };
}

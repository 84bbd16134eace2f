import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { extractEvidence } from '@libs/domain';
import { arbitraryFeed } from '@libs/domain/testing';
import { packEvidence, unpackEvidence } from './packed-evidence.js';

const SEED = 20_260_302;

describe('evidence', () => {
  it('comes out of its text as it went in, whatever the event says', () => {
    fc.assert(
      fc.property(arbitraryFeed, (updates) => {
        for (const { eventId, fingerprint, data } of updates) {
          const evidence = extractEvidence(eventId, fingerprint, data);
          const text = packEvidence(evidence);
          expect(unpackEvidence(evidence.at, fingerprint, text)).toEqual(evidence);
        }
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  it('keeps a time that lies beyond all others to the millisecond, a team without a name, and a value before of which nothing is known', () => {
    const fingerprint = 'ab'.repeat(32);
    const evidence = {
      ...{ fingerprint, eventId: 'abababab-abab-8bab-abab-abababababab', at: 1_800_000_000_001 },
      ...({ by: 'other', updatedBefore: Number.MIN_SAFE_INTEGER, deleted: false, lscInDiff: true } as const),
      teams: [{ id: 't\t1' }, { id: '2', name: '\ud800 "\n' }],
      tracks: { status: { b: {} }, channel: { a: { code: '0' }, b: {} } },
    };
    const text = packEvidence(evidence);
    expect(text).not.toMatch(/[\t\n]/);
    expect(unpackEvidence(evidence.at, fingerprint, text)).toEqual(evidence);
  });
});

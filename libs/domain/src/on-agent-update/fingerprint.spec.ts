import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json, JsonObject } from './agent-updated.js';
import { decodeAgentUpdateText } from './decode-agent-update.js';
import canonicalize from 'canonicalize';
import {
  canonicalParts,
  eventIdOf,
  fingerprintOf as fingerprintOfParts,
  type Fingerprinted,
} from './fingerprint.js';
import { anyJson, RECEIVED_AT, sampleBytes } from '../testing/payloads.js';

// Computed by an independent implementation of RFC 8785 in another language.
const SAMPLE_FINGERPRINTS = [
  ['01-sign-in', '9e2c35a1addeb0835dc555ae2e85f75834784414bd6c14325094f1e0e1589ac9', '9e2c35a1-adde-8083-9dc5-55ae2e85f758'],
  ['02-on-a-call', '779ee1a628ffd48e3f29e063aaeab1eb6cca1eb134934a9df0d4be7febb930d2', '779ee1a6-28ff-848e-bf29-e063aaeab1eb'],
  ['03-after-call-work', 'c44bb12d3124011ddd82e70061b861828b9468c0bb3d2ea2fe1296c713de05b3', 'c44bb12d-3124-811d-9d82-e70061b86182'],
  ['04-available-again', '69b843d00da6034545c558433363582961e68b45b792df6137567ee0734994ce', '69b843d0-0da6-8345-85c5-584333635829'],
  ['05-custom-status-set-by-supervisor', 'b71dd0b0587eb8ea5ff38ec197aabc7c50c461ad1b30718be758b5df4aed2c61', 'b71dd0b0-587e-88ea-9ff3-8ec197aabc7c'],
  ['06-empty-diff', '06d7a3403784f6316f7234ab70bc312480103685d650cd2c5db890ec25824a70', '06d7a340-3784-8631-af72-34ab70bc3124'],
  ['07-array-diff', '3a6621257096934e8363e856a710be0bf8c032c3c966c27168d613a9365c03b6', '3a662125-7096-834e-8363-e856a710be0b'],
  ['09-columns-only-diff', 'a531971387692d8ee898699b95f0d6886dbeb5904ec909b794f0625f9ac7e083', 'a5319713-8769-8d8e-a898-699b95f0d688'],
] as const; // prettier-ignore

function fingerprintOf(parts: Fingerprinted): string | undefined {
  const written = canonicalParts(parts);
  return written && fingerprintOfParts(written);
}

describe('fingerprint', () => {
  it('is of the canonical JSON of its parts', () => {
    const parts = fc.record({
      accountId: fc.constant('7'),
      agent: fc.dictionary(fc.string(), anyJson),
      changes: fc.oneof(anyJson, fc.dictionary(fc.string(), fc.dictionary(fc.string(), anyJson))),
    });
    fc.assert(
      fc.property(parts, fc.option(fc.nat()), (some, at) => {
        const whole = at === null ? some : { ...some, at };
        let expected: string | undefined;
        try {
          expected = canonicalize(whole);
        } catch {
          expected = undefined;
        }
        expect(canonicalParts(whole)?.text).toBe(expected);
      }),
      { seed: 8785, numRuns: 500 },
    );
  });

  it.each(SAMPLE_FINGERPRINTS)('of %s is as computed elsewhere', (name, fingerprint, eventId) => {
    const result = decodeAgentUpdateText(sampleBytes(name), RECEIVED_AT);
    expect(result).toMatchObject({ ok: true, update: { fingerprint, eventId } });
  });

  it('sorts names by code unit, writes numbers and text as RFC 8785 does, and keeps names every object inherits', () => {
    const text =
      '{"\\u20ac":"Euro","\\r":"CR","\\ufb33":"Dalet","1":"One","\\ud83d\\ude00":"Smiley","\\u0080":"Control",' +
      '"\\u00f6":"o umlaut","__proto__":{"x":1},"toJSON":"text"}';
    const agent = JSON.parse(text) as JsonObject;
    const changes = JSON.parse(
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],' +
        '"string":"\\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/","literals":[null,true,false]}',
    ) as Json;
    const fingerprint = fingerprintOf({ accountId: '1', agent, changes });
    expect(fingerprint).toBe('451b19947b897e9ceb9ccf98d571c2bcf5d9cc9600b6cbfb0774354952a52cae');
    expect(eventIdOf(fingerprint ?? '')).toBe('451b1994-7b89-8e9c-ab9c-cf98d571c2bc');
  });

  it('holds no time unless it is given', () => {
    const parts = { accountId: '1', agent: { id: 2 }, changes: null };
    expect(fingerprintOf(parts)).toBe('c1e11324be45841da061a01abc146188c6cebbfe03e3a482e542000c5ef144d8');
    expect(fingerprintOf({ ...parts, at: 5 })).not.toBe(fingerprintOf(parts));
  });

  it('does not depend on the order of members', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), anyJson), (agent) => {
        const turned = Object.fromEntries(Object.entries(agent).reverse());
        const parts = { accountId: '1', changes: null };
        expect(fingerprintOf({ ...parts, agent: turned })).toBe(fingerprintOf({ ...parts, agent }));
      }),
      { seed: 8785, numRuns: 200 },
    );
  });

  it.each([
    ['a lone surrogate in a value', { x: '\ud800' }],
    ['a lone surrogate in a name', { '\udc00': 1 }],
    ['a number beyond a double', { x: [Number.POSITIVE_INFINITY] }],
  ])('does not exist for %s', (_name, agent) => {
    expect(fingerprintOf({ accountId: '1', agent, changes: null })).toBeUndefined();
  });

  it('takes -0 for 0', () => {
    const parts = { accountId: '1', changes: null };
    expect(fingerprintOf({ ...parts, agent: { x: -0 } })).toBe(fingerprintOf({ ...parts, agent: { x: 0 } }));
  });

  it('makes event ids of UUID version 8, variant 1', () => {
    const digest = fc
      .uint8Array({ minLength: 32, maxLength: 32 })
      .map((bytes) => Buffer.from(bytes).toString('hex'));
    fc.assert(
      fc.property(digest, (fingerprint) => {
        expect(eventIdOf(fingerprint)).toMatch(
          /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
        );
      }),
      { seed: 8, numRuns: 100 },
    );
  });
});

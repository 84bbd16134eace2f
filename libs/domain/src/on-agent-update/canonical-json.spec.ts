// Against an independent implementation of RFC 8785, on whatever JSON can say.
import { describe, expect, it } from '@jest/globals';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import type { Json } from './agent-updated.js';
import { canonicalJson, NotCanonicalError } from './canonical-json.js';

/** Few characters, so that names meet, and among them all that is treated differently. */
const text = fc.string({
  unit: fc.constantFrom('a', 'b', 'Z', '1', '"', '\\', '/', '\0', '\n', '\x1f', '\x7f', 'é', '\u2028', '\ud7ff', '\ue000', '\uffff', '\u{1f600}', '\u{10000}'),
  maxLength: 6,
}); // prettier-ignore
const name = fc.oneof(text, fc.constantFrom('__proto__', 'toJSON', 'constructor', '10', '9', ''));
const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.constantFrom(-0, 1e21, 1e-7, 5e-324, 1.7976931348623157e308, 2 ** 53 + 2, 333333333.3333333, 1e23),
);
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc.constantFrom(null, true, false),
    text,
    number,
    fc.array(tie('json'), { maxLength: 5 }),
    // As parsed: `__proto__` is a member like any other.
    fc
      .array(fc.tuple(name, tie('json')), { maxLength: 8 })
      .map((members) => JSON.parse(`{${members.map(textOf).join(',')}}`) as Json),
  ),
}));

const textOf = ([member, value]: readonly [string, Json]): string =>
  `${JSON.stringify(member)}:${JSON.stringify(value)}`;

describe('canonicalJson', () => {
  it('is what another implementation of RFC 8785 writes', () => {
    fc.assert(
      fc.property(json, (value) => expect(canonicalJson(value)).toBe(canonicalize(value))),
      { seed: 8785, numRuns: 2_000 },
    );
  });

  it('is that again for the same members in another order, and for others as many', () => {
    const turned = (value: Json): Json =>
      typeof value !== 'object' || value === null || Array.isArray(value)
        ? value
        : (JSON.parse(`{${Object.entries(value).reverse().map(textOf).join(',')}}`) as Json);
    fc.assert(
      fc.property(fc.array(json, { maxLength: 6 }), (values) => {
        for (const value of values.flatMap((one) => [one, turned(one), one])) {
          expect(canonicalJson(value)).toBe(canonicalize(value));
        }
      }),
      { seed: 8785, numRuns: 500 },
    );
  });

  it('sorts by UTF-16 code units, so that a surrogate pair comes before U+E000', () => {
    expect(canonicalJson({ '\ue000': 1, '\u{1f600}': 2, b: 3, a: -0 })).toBe(
      '{"a":0,"b":3,"\u{1f600}":2,"\ue000":1}',
    );
  });

  it.each<[string, Json]>([
    ['a lone surrogate', '\ud800'],
    ['a lone surrogate after a pair', '\u{1f600}\udc00'],
    ['a lone surrogate in a name', { a: { '\udfff': 1 } }],
    ['infinity', [Number.NEGATIVE_INFINITY]],
    ['NaN', { a: Number.NaN }],
  ])('refuses %s', (_what, value) => {
    expect(() => canonicalJson(value)).toThrow(NotCanonicalError);
    expect(() => canonicalize(value)).toThrow();
  });

  it('writes what is as deep as a payload may be', () => {
    const deep = `${'[{"a":'.repeat(500)}1${'}]'.repeat(500)}`;
    expect(canonicalJson(JSON.parse(deep) as Json)).toBe(deep);
  });
});

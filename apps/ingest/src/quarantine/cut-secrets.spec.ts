import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cutSecrets } from './cut-secrets.js';

const SEED = 20_260_302;
const SECRET = 'tok-5ecret';
const value = fc.jsonValue({ maxDepth: 3 });
const spaced = fc.constantFrom(undefined, 1, 3);
const memberName = fc.oneof(
  fc.constantFrom('iparams', 'app_settings', 'data', 'a,b', 'q"{', '\\'),
  fc.string(),
);
/** Of any shape; the names lie at any depth. */
const { payload } = fc.letrec<{ payload: unknown }>((tie) => ({
  payload: fc.oneof(
    { maxDepth: 3 },
    value,
    fc.array(tie('payload'), { maxLength: 4 }),
    fc.dictionary(memberName, tie('payload'), { maxKeys: 6 }),
  ),
}));

const cut = (text: string): string => cutSecrets(Buffer.from(text)).bytes.toString();

describe('cutSecrets', () => {
  it('leaves exactly the rest of any JSON, as it was written', () => {
    fc.assert(
      fc.property(payload, spaced, (parsed, space) => {
        const { bytes, missing } = cutSecrets(Buffer.from(JSON.stringify(parsed, null, space)));
        expect(JSON.parse(bytes.toString())).toEqual(JSON.parse(JSON.stringify(withoutSecrets(parsed))));
        expect(missing).toBeNull();
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  });

  it('lets no secret through, whatever is wrong with the body and however often it is text in a string', () => {
    const around = fc.string({ unit: fc.constantFrom(...'[]{},":\\\' x\n\ufeff\0'.split('')), maxLength: 5 });
    const encoding = fc.constantFrom<BufferEncoding>('utf8', 'utf16le', 'latin1');
    fc.assert(
      fc.property(
        fc.constantFrom('iparams', 'app_settings', String.raw`\u0069params`),
        fc.nat(2),
        fc.tuple(around, around, around, around),
        encoding,
        (name, strings, [before, inside, after, behind], to) => {
          let text = `${before}{"a":"b"${inside},"${name}":${after}{"key":"${SECRET}"}}${behind}`;
          for (let level = 0; level < strings; level++) text = JSON.stringify(text);
          const { bytes } = cutSecrets(Buffer.from(text, to));
          expect(bytes.toString('latin1').replaceAll('\0', '')).not.toContain(SECRET);
        },
      ),
      { seed: SEED, numRuns: 2_000 },
    );
  });

  it.each([
    ['{"a":1,"\\u0069params":{"k":"s1"},"iparams":"s2","b":2,"app_settings":["s3"]}', '{"a":1,"b":2}'],
    ['{ "iparams" : 1, "app_settings" : 2 }', '{}'],
    ['{"iparams":[{},"}"],\n "b":1}', '{\n "b":1}'],
    ['\ufeff[{"iparams":"s"},{"a":{"iparams":"s","b":1}}]', '\ufeff[{},{"a":{"b":1}}]'],
    ['{"iparams.key":"s","a":1,"iparams[key]":"s"}', '{"a":1}'],
    [JSON.stringify({ a: '{"iparams":{"k":"s"},"b":1}', c: 1 }), JSON.stringify({ a: '{"b":1}', c: 1 })],
  ])('cuts the members out of %j and marks nothing, since the rest is whole', (text, left) => {
    expect(cutSecrets(Buffer.from(text))).toEqual({ bytes: Buffer.from(left), missing: null });
  });

  it.each([
    ['{"a":1,"iparams":{"k":"secr', '{"a":1,"'],
    ['{"iparams":{"k":"s"},"a":nope}', '{"'],
    ['a=1&iparams=s&b=2', 'a=1&'],
    [JSON.stringify({ a: 'x: 1, iparams: s', b: 2 }), JSON.stringify({ a: 'x: 1, ', b: 2 })],
  ])('keeps nothing of %j from the first name on, and says so', (text, left) => {
    const { bytes, missing } = cutSecrets(Buffer.from(text));
    expect(bytes.toString()).toBe(left);
    expect(missing).toContain('not kept');
  });

  it.each([
    '{"x":"iparams","y":["app_settings"],"\\u0061":2}',
    '{"nothing":"of the kind"',
    'plain text, in \u00fcnicode',
  ])('leaves %j byte for byte', (text) => {
    expect(cut(text)).toBe(text);
  });

  it('comes to an end soon with a body made to confuse it', () => {
    const hostile = ['\\'.repeat(1_000_000), 'i\0'.repeat(500_000), '"iparams",'.repeat(100_000)];
    for (const text of hostile) expect(cut(`[${text}`).length).toBeLessThanOrEqual(text.length + 1);
  });
});

function withoutSecrets(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(withoutSecrets);
  if (typeof given !== 'object' || given === null) return given;
  return Object.fromEntries(
    Object.entries(given)
      .filter(([name]) => name !== 'iparams' && name !== 'app_settings')
      .map(([name, member]) => [name, withoutSecrets(member)]),
  );
}

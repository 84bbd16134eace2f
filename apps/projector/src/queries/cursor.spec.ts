import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { decodeCursor, encodeCursor, type Cursor } from './cursor.js';

const text = fc.string({ unit: 'grapheme', maxLength: 50 });
const cursors: fc.Arbitrary<Cursor> = fc.record({
  name: text,
  account: text,
  agentId: fc.option(text),
  query: fc.dictionary(fc.stringMatching(/^[a-zA-Z]+$/), fc.oneof(text, fc.array(text, { maxLength: 5 })), {
    noNullPrototype: true,
  }),
  asOf: fc.integer(),
  after: text,
});

describe('a cursor', () => {
  it('says what it was made to say', () => {
    fc.assert(
      fc.property(cursors, (cursor) => {
        expect(decodeCursor(encodeCursor(cursor))).toEqual(cursor);
      }),
      { seed: 42 },
    );
  });

  it('of any other text says nothing', () => {
    fc.assert(
      fc.property(fc.string(), (other) => {
        expect(decodeCursor(other)).toBeNull();
      }),
      { seed: 42 },
    );
  });

  it('of a query as long as a request line can be still fits into one', () => {
    const agentIds = Array.from({ length: 500 }, (_, n) => String(1_000_000_000 + n * 7_919));
    const asked = agentIds.map((id) => `agentId=${id}`).join('&');
    const cursor = encodeCursor({
      ...{ name: 'time-in-status', account: '4711', agentId: null, asOf: 0 },
      ...{ query: { agentId: agentIds }, after: '{}' },
    });
    expect(cursor.length).toBeLessThan(asked.length / 2);
  });
});

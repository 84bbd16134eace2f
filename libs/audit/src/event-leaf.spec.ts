import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { eventBytes, leafHash, type StoredEvent } from './event-leaf.js';

const EVENT: StoredEvent = {
  position: 12n,
  stream: 'agent-1-2',
  revision: 3,
  id: '00000000-0000-8000-8000-000000000001',
  type: 'AgentUpdated',
  recordedAt: 1_772_452_800_000,
  data: '{"name":"Zoë","n":1.0}',
  metadata: '{}',
};

const eventOf = fc.record({
  position: fc.bigInt({ min: 0n, max: 10n ** 20n }),
  stream: fc.string({ unit: 'grapheme' }),
  revision: fc.nat(),
  id: fc.string(),
  type: fc.string({ unit: 'grapheme' }),
  recordedAt: fc.nat(),
  data: fc.string({ unit: 'grapheme' }),
  metadata: fc.string(),
});

describe('the bytes of an event', () => {
  it('never change: a digest of years ago is checked with them', () => {
    expect(eventBytes(EVENT).toString('latin1')).toBe(
      '\0\0\0\x0212\0\0\0\x09agent-1-2\0\0\0\x013\0\0\0\x2400000000-0000-8000-8000-000000000001' +
        '\0\0\0\x0cAgentUpdated\0\0\0\x0d1772452800000\0\0\0\x17{"name":"Zo\xc3\xab","n":1.0}\0\0\0\x02{}',
    );
    expect(leafHash(EVENT).toString('hex')).toBe(
      createHash('sha256').update(Buffer.of(0)).update(eventBytes(EVENT)).digest('hex'),
    );
    expect(leafHash(EVENT).toString('hex')).toBe(
      '34bc3490f6f745ad69c075ae2a123e25700a61aa267e68770a8e7fbccc8352d2',
    );
  });

  it('are those of one event alone', () => {
    fc.assert(
      fc.property(eventOf, eventOf, (a, b) => {
        const isSame =
          JSON.stringify({ ...a, position: String(a.position) }) ===
          JSON.stringify({ ...b, position: String(b.position) });
        expect(eventBytes(a).equals(eventBytes(b))).toBe(isSame);
      }),
      { seed: 20_260_302 },
    );
  });

  it('differ when text moves from one field to the next', () => {
    fc.assert(
      fc.property(eventOf, fc.string({ minLength: 1 }), (event, text) => {
        const there = { ...event, data: event.data + text };
        const here = { ...event, metadata: text + event.metadata };
        expect(eventBytes(there).equals(eventBytes(here))).toBe(false);
      }),
      { seed: 20_260_302 },
    );
  });
});

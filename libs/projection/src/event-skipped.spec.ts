// The form of the recorded skip.
import { describe, expect, it } from '@jest/globals';
import type { RecordedEvent } from '@libs/event-store';
import { eventSkipped, skippedPosition } from './event-skipped.js';

function recorded(change: Partial<RecordedEvent>): RecordedEvent {
  const data: unknown = { position: '9007199254740993', reason: 'cannot be read' };
  const place = { stream: 'operations', revision: 0, position: 9n, id: 'x', recordedAt: 0 };
  return { ...place, type: 'EventSkipped', data, metadata: {}, ...change };
}

describe('EventSkipped', () => {
  it('names a position exactly, beyond what a double holds', () => {
    expect(skippedPosition(recorded({}))).toBe(9007199254740993n);
  });

  it('is written as it is read', () => {
    const event = eventSkipped({ id: 'x', position: 12n, reason: 'unreadable', metadata: null });
    expect(event).toEqual({
      id: 'x',
      type: 'EventSkipped',
      data: { position: '12', reason: 'unreadable' },
      metadata: null,
    });
    expect(skippedPosition(recorded(event))).toBe(12n);
    expect(() => eventSkipped({ id: 'x', position: 12n, reason: '', metadata: null })).toThrow('reason');
  });

  it.each([
    ['another stream', { stream: 'agent-1-1' }],
    ['another type', { type: 'Other' }],
    ['a number for a position', { data: { position: 5, reason: 'r' } }],
    ['a negative position', { data: { position: '-5', reason: 'r' } }],
    ['no reason', { data: { position: '5' } }],
    ['no object', { data: null }],
  ])('%s skips nothing', (_what, change) => {
    expect(skippedPosition(recorded(change))).toBeNull();
  });
});

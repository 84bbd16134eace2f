// Worked examples of semantics §5: what each rule makes of a feed that is complete, and of one that is not.
import { describe, expect, it } from '@jest/globals';
import type { Evidence } from './evidence.js';
import { foldTimeline } from './fold-timeline.js';
import { evidence, shown, STATUS } from '../testing/evidence.js';

const { offline, available, busy, acw, lunch, coaching } = STATUS;

function status(...events: Evidence[]): string[] {
  return shown(foldTimeline(events).intervals.status);
}

function gaps(...events: Evidence[]): string[] {
  return foldTimeline(events).gaps.map(({ track, expected, found }) => `${track}: ${expected}, ${found}`);
}

describe('the first evidence on a track (rule 2)', () => {
  it('opens the value before as inferred, when its start is known', () => {
    const first = evidence(100, { status: busy, statusBefore: { code: '1' }, statusAt: 90, beforeSince: 40 });
    expect(status(first)).toEqual(['~available 40-90', 'busy 90-']);
    expect(gaps(first)).toEqual([]);
    const [inferred, opened] = foldTimeline([first]).intervals.status;
    expect([inferred?.startedBy, inferred?.endedBy, opened?.startedBy]).toEqual([null, 'self', 'self']);
  });

  it('invents no start for a value before whose start is unknown', () => {
    expect(status(evidence(100, { status: busy, statusBefore: { code: '1' } }))).toEqual(['busy 100-']);
  });

  it('claims nothing when the value before is wholly unknown', () => {
    const first = evidence(100, { status: busy, statusBefore: {}, beforeSince: 40, statusAt: 90 });
    expect(status(first)).toEqual(['busy 90-']);
    expect(foldTimeline([first]).intervals.status[0]?.startedBy).toBeNull();
  });

  it('says unspecified for a code 0 of which nothing else is known', () => {
    const first = evidence(100, { status: available, statusBefore: { code: '0' }, beforeSince: 40 });
    expect(status(first)).toEqual(['~unspecified 40-100', 'available 100-']);
    expect(foldTimeline([first]).intervals.status[0]?.label).toBe('Offline or custom');
  });

  it('starts at the status change, not at the event, without a claim', () => {
    expect(status(evidence(100, { status: lunch, statusAt: 70 }))).toEqual(['custom-903 70-']);
  });
});

describe('a re-entry (rule 3)', () => {
  const start = evidence(0, { status: available });

  it('splits the open value where the old one says it began again', () => {
    const later = evidence(100, {
      ...{ status: busy, statusBefore: { code: '1' }, lscInDiff: true, beforeSince: 60, statusAt: 100 },
    });
    expect(status(start, later)).toEqual(['available 0-60 ?0', 'available 60-100', 'busy 100-']);
    expect(gaps(start, later)).toEqual(['status: available, available']);
    const [left, again, after] = foldTimeline([start, later]).intervals.status;
    expect([left?.endedBy, again?.startedBy, again?.endedBy, after?.startedBy]).toEqual([
      null,
      null,
      'self',
      'self',
    ]);
  });

  it('needs a start after the last confirmation and before the change', () => {
    const seen = evidence(60, { status: available });
    const later = { status: busy, statusBefore: { code: '1' }, lscInDiff: true as const };
    expect(gaps(start, seen, evidence(100, { ...later, beforeSince: 60, statusAt: 100 }))).toEqual([]);
    expect(gaps(start, evidence(100, { ...later, beforeSince: 100, statusAt: 100 }))).toEqual([]);
  });

  it('also shows when the value stays the same', () => {
    const same = evidence(100, {
      ...{ status: available, statusBefore: { code: '1' }, lscInDiff: true, beforeSince: 60, statusAt: 90 },
    });
    expect(status(start, same)).toEqual(['available 0-60 ?0', 'available 60-']);
    expect(gaps(start, same)).toEqual(['status: available, available']);
  });

  it('keeps the last name of the value that was left unseen', () => {
    const renamed = evidence(10, { status: { ...lunch, name: 'Late lunch' } });
    const later = { statusBefore: { code: '0', id: '903' }, lscInDiff: true as const, beforeSince: 60 };
    const timeline = foldTimeline([
      evidence(0, { status: lunch }),
      renamed,
      evidence(100, { status: available, ...later }),
    ]);
    expect(timeline.intervals.status.map(({ label }) => label)).toEqual(['Lunch', 'Late lunch', 'Available']);
  });
});

describe('an event that claims no change (rule 4)', () => {
  const start = evidence(0, { status: available });

  it('confirms the open value', () => {
    expect(status(start, evidence(50, { status: available }))).toEqual(['available 0-']);
  });

  it('tells of a lost pair of changes by a later start of the same value', () => {
    const later = evidence(100, { status: available, statusAt: 80 });
    expect(status(start, evidence(50, { status: available }), later)).toEqual([
      'available 0-80 ?50',
      'available 80-',
    ]);
    expect(gaps(start, later)).toEqual(['status: available, available']);
  });

  it('puts a lost change at its status change if that is later than the last confirmation, else at the event', () => {
    expect(status(start, evidence(100, { status: lunch, statusAt: 80 }))).toEqual([
      ...['available 0-80 ?0', 'custom-903 80-'],
    ]);
    const seen = evidence(50, { status: available });
    expect(status(start, seen, evidence(100, { status: lunch, statusAt: 50 }))).toEqual([
      ...['available 0-100 ?50', 'custom-903 100-'],
    ]);
    expect(gaps(start, evidence(100, { status: lunch, statusAt: 80 }))).toEqual([
      'status: available, custom-903',
    ]);
  });

  it('names nobody for a change nobody claimed', () => {
    const [left, opened] = foldTimeline([start, evidence(100, { status: lunch })]).intervals.status;
    expect([left?.endedBy, opened?.startedBy]).toEqual([null, null]);
  });
});

describe('an event that claims a change (rule 5)', () => {
  const start = evidence(0, { status: available });

  it('ends the value before exactly and without doubt', () => {
    const change = evidence(100, { status: busy, statusBefore: { code: '1' }, statusAt: 99, by: 'other' });
    expect(status(start, change)).toEqual(['available 0-99', 'busy 99-']);
    const [left, opened] = foldTimeline([start, change]).intervals.status;
    expect([left?.endedBy, opened?.startedBy]).toEqual(['other', 'other']);
    expect([left?.endEventId, opened?.startEventId]).toEqual([change.eventId, change.eventId]);
  });

  it('takes the event for its time when the status change lies before the last confirmation', () => {
    const change = evidence(100, { status: busy, statusBefore: { code: '1' }, statusAt: 40 });
    expect(status(start, evidence(50, { status: available }), change)).toEqual([
      'available 0-100',
      'busy 100-',
    ]);
  });

  it('repairs a lost change from the old values', () => {
    const change = evidence(100, {
      status: acw,
      statusBefore: { code: '2' },
      statusAt: 100,
      beforeSince: 30,
    });
    expect(status(start, change)).toEqual(['available 0-30 ?0', '~busy 30-100', 'acw 100-']);
    expect(gaps(start, change)).toEqual(['status: available, busy']);
    const [left, inserted] = foldTimeline([start, change]).intervals.status;
    expect([left?.endedBy, inserted?.startedBy, inserted?.endedBy]).toEqual([null, null, 'self']);
  });

  it('marks the time in doubt when the lost value has no known start', () => {
    const change = evidence(100, { status: acw, statusBefore: { code: '2' }, statusAt: 100 });
    expect(status(start, change)).toEqual(['available 0-100 ?0', 'acw 100-']);
    expect(foldTimeline([start, change]).intervals.status[0]?.endedBy).toBe('self');
  });

  it('splits a value that the event says was left and entered again', () => {
    const change = evidence(100, { status: available, statusBefore: { code: '2' } });
    expect(status(start, change)).toEqual(['available 0-100 ?0', 'available 100-']);
    expect(gaps(start, change)).toEqual(['status: available, busy']);
  });

  it('takes an unknown old value for the open one, unless it began later', () => {
    const unknown = { status: busy, statusBefore: {}, lscInDiff: true as const };
    expect(status(start, evidence(100, { ...unknown, beforeSince: 0 }))).toEqual([
      'available 0-100',
      'busy 100-',
    ]);
    expect(status(start, evidence(100, { ...unknown, beforeSince: 60 }))).toEqual([
      ...['available 0-60 ?0', '~unspecified 60-100', 'busy 100-'],
    ]);
  });

  it('takes a bare code 0 for the open custom status, but not for an open available', () => {
    const left = { status: available, statusBefore: { code: '0' } };
    expect(gaps(evidence(0, { status: lunch }), evidence(100, left))).toEqual([]);
    expect(gaps(evidence(0, { status: busy }), evidence(100, left))).toEqual(['status: busy, unspecified']);
  });

  it('tells two custom statuses apart by their ids', () => {
    const change = evidence(100, { status: coaching, statusBefore: { code: '0', id: '903' } });
    expect(status(evidence(0, { status: lunch }), change)).toEqual(['custom-903 0-100', 'custom-904 100-']);
  });
});

describe('what a track does not say', () => {
  it('leaves it alone (rule 1)', () => {
    expect(
      status(evidence(0, { status: available }), evidence(100, { statusBefore: { code: '2' } })),
    ).toEqual(['available 0-']);
  });

  it('keeps an interval of no length as an entry', () => {
    const change = { status: busy, statusBefore: { code: '1' } };
    const back = { status: acw, statusBefore: { code: '2' } };
    expect(status(evidence(0, { status: available }), evidence(9, change), evidence(9, back))).toEqual([
      ...['available 0-9', 'busy 9-9', 'acw 9-'],
    ]);
  });
});

describe('deletion', () => {
  const start = evidence(0, { status: available, tracks: { login: { a: { code: 'true' } } } });
  const gone = evidence(50, { status: available, deleted: true });

  it('closes every track without doubt, and opens none while it lasts', () => {
    const timeline = foldTimeline([
      start,
      gone,
      evidence(70, { status: busy }),
      evidence(80, { deleted: true }),
    ]);
    expect(shown(timeline.intervals.status)).toEqual(['available 0-50']);
    expect(shown(timeline.intervals.login)).toEqual(['signed-in 0-50']);
    expect(timeline.gaps).toEqual([]);
  });

  it('folds the event that deletes before it closes', () => {
    const change = evidence(50, { status: busy, statusBefore: { code: '1' }, deleted: true });
    expect(status(start, change)).toEqual(['available 0-50', 'busy 50-50']);
  });

  it('ends with the first event that says so, which opens plainly at its own time', () => {
    const back = evidence(90, {
      status: lunch,
      statusBefore: { code: '2' },
      statusAt: 85,
      beforeSince: 60,
      deleted: false,
    });
    expect(status(start, gone, back)).toEqual(['available 0-50', 'custom-903 90-']);
    expect(gaps(start, gone, back)).toEqual([]);
    expect(foldTimeline([start, gone, back]).intervals.status[1]?.startedBy).toBeNull();
  });

  it('lets a track that the reopening does not speak of open at the first event that does', () => {
    const back = evidence(90, { deleted: false });
    const later = evidence(95, { status: busy, statusBefore: { code: '1' }, statusAt: 91, beforeSince: 60 });
    expect(status(start, gone, back, later)).toEqual(['available 0-50', 'busy 95-']);
  });
});

describe('chain breaks and dated attributes', () => {
  it('counts an event whose old updated_at is not the last new one', () => {
    const chain = [
      evidence(10, { updatedAfter: 10 }),
      evidence(20, { updatedBefore: 10, updatedAfter: 20 }),
      evidence(30, { updatedBefore: 25, updatedAfter: 30 }),
    ];
    expect(foldTimeline(chain).chainBreaks.map(({ eventId }) => eventId)).toEqual([chain[2]?.eventId]);
  });

  it('dates an attribute by the event that changed it, and null states nothing', () => {
    const { teams, names } = foldTimeline([
      evidence(10, { name: 'A', teams: [{ id: 't-1' }] }),
      evidence(20, { name: 'A' }),
      evidence(30, { name: 'B', teams: [] }),
    ]);
    expect(names.map(({ value }) => value)).toEqual(['A', 'B']);
    expect(teams.map(({ value }) => value)).toEqual([[{ id: 't-1' }], []]);
  });
});

describe('ties', () => {
  it('are put in the order in which the values chain, whatever the fingerprints say', () => {
    const busyFirst = evidence(9, { status: busy, statusBefore: { code: '1' }, fingerprint: 'f'.repeat(64) });
    const acwThen = evidence(9, { status: acw, statusBefore: { code: '2' }, fingerprint: '0'.repeat(64) });
    const start = evidence(0, { status: available });
    expect(status(start, acwThen, busyFirst)).toEqual(['available 0-9', 'busy 9-9', 'acw 9-']);
  });

  it('at the very beginning start with the event that follows no other', () => {
    const first = evidence(9, { status: available, statusBefore: offline, fingerprint: 'f'.repeat(64) });
    const second = evidence(9, { status: busy, statusBefore: { code: '1' }, fingerprint: '0'.repeat(64) });
    expect(status(second, first)).toEqual(['available 9-9', 'busy 9-']);
  });

  it('without any agreement go by the smallest fingerprint', () => {
    const small = evidence(9, { status: lunch, fingerprint: '1'.repeat(64) });
    const great = evidence(9, { status: coaching, fingerprint: '2'.repeat(64) });
    expect(status(great, small)).toEqual(['custom-903 9-9', 'custom-904 9-']);
  });
});

// Short ways to write evidence in specs: seconds instead of instants, names instead of codes.
import type { Evidence, Parts } from '../timeline/evidence.js';
import type { Interval } from '../timeline/timeline.js';

/** 2024-01-01T00:00:00Z: second 0 of the specs' days. */
export const DAY = 1_704_067_200_000;

export const STATUS = {
  offline: { code: '0', id: '1', name: 'Offline' },
  available: { code: '1', id: '2', name: 'Available' },
  busy: { code: '2', id: '2', name: 'Available' },
  acw: { code: '3', id: '2', name: 'Available' },
  lunch: { code: '0', id: '903', name: 'Lunch' },
  coaching: { code: '0', id: '904', name: 'Coaching' },
} satisfies Record<string, Parts>;

let made = 0;

/** Seconds after DAY; the fingerprint says in which order the evidence was made unless it is given. */
export function evidence(
  at: number,
  says: Partial<Omit<Evidence, 'at' | 'statusAt' | 'beforeSince'>> & {
    status?: Parts;
    statusBefore?: Parts;
    statusAt?: number;
    beforeSince?: number;
  },
): Evidence {
  const { status, statusBefore, statusAt, beforeSince, tracks, ...rest } = says;
  const fingerprint = rest.fingerprint ?? (made += 1).toString(16).padStart(64, '0');
  return {
    by: 'self',
    ...rest,
    fingerprint,
    eventId: rest.eventId ?? `event-${fingerprint.replace(/^0+/, '')}`,
    at: DAY + at * 1000,
    ...(statusAt === undefined ? {} : { statusAt: DAY + statusAt * 1000 }),
    ...(beforeSince === undefined ? {} : { beforeSince: DAY + beforeSince * 1000 }),
    tracks: {
      ...tracks,
      ...(status || statusBefore
        ? { status: { ...(status ? { a: status } : {}), ...(statusBefore ? { b: statusBefore } : {}) } }
        : {}),
    },
  };
}

/** `key [start, end)` in seconds after DAY, with `?from` where it turns uncertain and `~` if inferred. */
export function shown(intervals: readonly Interval[]): string[] {
  const second = (t: number): string => ((t - DAY) / 1000).toString();
  return intervals.map(({ key, start, end, uncertainFrom, inferred }) => {
    const doubt = uncertainFrom === null ? '' : ` ?${second(uncertainFrom)}`;
    return `${inferred ? '~' : ''}${key} ${second(start)}-${end === null ? '' : second(end)}${doubt}`;
  });
}

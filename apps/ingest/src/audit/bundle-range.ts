// What part of the log a bundle is of: from and to are positions, both within, or times of recording, from (within) to (not within).
import { parseInstant } from '@libs/platform';
import { z } from 'zod';

/** Decimal digits are a position; anything else must be a time. Gives the text that the bundle repeats. */
const zEdge = z
  .string()
  .transform((text, context): string => {
    if (/^\d{1,30}$/.test(text)) return String(BigInt(text));
    const ms = parseInstant(text);
    if (ms !== null) return new Date(ms).toISOString();
    context.addIssue({ code: 'custom', message: 'must be a position or an ISO 8601 time with an offset' });
    return z.NEVER;
  })
  .optional();

export const zBundleRange = z.strictObject({
  from: zEdge.meta({
    description: 'First position, or time of recording (within). By default all from the first event',
  }),
  to: zEdge.meta({
    description:
      'Last position (within), or time of recording (not within). By default all to the last event',
  }),
});

export type BundleRange = z.output<typeof zBundleRange>;

/** Whether something at a position, recorded at a time (epoch ms), lies beyond an edge. */
type Beyond = (position: bigint, recordedAt: number) => boolean;

export const isBefore = ({ from }: BundleRange): Beyond =>
  edge(
    from,
    (position, asked) => position < asked,
    (time, asked) => time < asked,
  );

export const isAfter = ({ to }: BundleRange): Beyond =>
  edge(
    to,
    (position, asked) => position > asked,
    (time, asked) => time >= asked,
  );

function edge(
  asked: string | undefined,
  byPosition: (position: bigint, asked: bigint) => boolean,
  byTime: (time: number, asked: number) => boolean,
): Beyond {
  if (asked === undefined) return () => false;
  if (/^\d+$/.test(asked)) return (position) => byPosition(position, BigInt(asked));
  const time = Date.parse(asked);
  return (_position, recordedAt) => byTime(recordedAt, time);
}

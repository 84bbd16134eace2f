// The replies of the four reports, as clients read them. They describe; what they say is computed elsewhere.
import { BUCKET_UNITS, CATEGORIES, TRACKS } from '@libs/domain';
import { z } from 'zod';
import { zAsOfPosition, zMs, zNextCursor, zTime } from './reply-parts.js';

const stat = zMs.nullable();
const visits = z
  .object({ count: z.int(), avgMs: stat, maxMs: stat, p50Ms: stat, p90Ms: stat })
  .nullable()
  .meta({
    description:
      'Full lengths of the visits that ended in time, null with none of them. Null itself unless asked for.',
  });

const ratio = z.number().nullable();

const timeInStatusFigures = {
  windowMs: zMs.meta({
    description: 'Length of the row up to effectiveTo: unknownMs plus the ms of all statuses.',
  }),
  unknownMs: zMs.meta({ description: 'Before the first evidence or after deletion: nothing is known.' }),
  signedInMs: zMs,
  occupancy: ratio.meta({
    description: '(busy + acw) / (busy + acw + available); null with a denominator of 0.',
  }),
  utilisation: ratio.meta({ description: '(busy + acw) / signedInMs; null with a denominator of 0.' }),
  statuses: z.array(
    z.object({
      key: z.string().meta({ description: 'Identity of the status; never changes.' }),
      category: z.enum(CATEGORIES).nullable().meta({ description: 'Null on tracks other than status.' }),
      label: z.string().meta({ description: 'The latest name.' }),
      ms: zMs,
      openMs: zMs.meta({ description: 'The part of ms in an interval that has not ended.' }),
      uncertainMs: zMs.meta({ description: 'The part of ms that is doubtful because an event was lost.' }),
      inferredMs: zMs.meta({ description: 'The part of ms known only from a later event.' }),
      entries: z.int().meta({ description: 'Intervals that began in the row.' }),
      visits,
    }),
  ),
};

const acwFigures = {
  acwMs: zMs,
  openMs: zMs,
  entries: z.int(),
  visits,
  signedInMs: zMs,
  share: ratio.meta({ description: 'acwMs / signedInMs; null with a denominator of 0.' }),
};

const sessionsFigures = {
  signedInMs: zMs,
  sessions: z.int().meta({ description: 'Sessions that overlap the row.' }),
  firstSignIn: zTime.nullable(),
  lastSignOut: zTime.nullable(),
  longestMs: zMs.nullable(),
};

const dataQualityFigures = {
  gaps: z.int().meta({ description: 'Changes on the track that were seen only by a later event.' }),
  chainBreaks: z
    .int()
    .meta({ description: 'Weaker evidence of a lost event: an updated_at that does not follow.' }),
  uncertainMs: zMs,
  inferredMs: zMs,
  lateEvents: z.int().meta({ description: 'Events that came after a later one.' }),
  lastEventAt: zTime.nullable(),
};

export const timeInStatusReply = reportReply(timeInStatusFigures);
export const acwReply = reportReply(acwFigures);
export const sessionsReportReply = reportReply(sessionsFigures);
export const dataQualityReply = reportReply(dataQualityFigures).extend({
  lastEventAt: zTime.nullable().meta({ description: 'The account’s latest event.' }),
  silentMs: zMs.nullable().meta({ description: 'How long ago that is, at asOf.' }),
});

function reportReply<Figures extends z.ZodRawShape>(figures: Figures) {
  const times = { bucketStart: zTime, bucketEnd: zTime };
  const tz = z.string().meta({ description: 'The zone whose offset the row’s times carry.' });
  const row = z.object({
    agentId: z.string().optional().meta({ description: 'With groupBy=agent.' }),
    name: z.string().nullable().optional(),
    teamId: z.string().nullable().optional().meta({ description: 'With groupBy=team; null: in no team.' }),
    teamName: z.string().nullable().optional(),
    ...{ tz, ...times, ...figures },
  });
  const total = z.object({ tz: tz.nullable(), ...times, ...figures });
  return z.object({
    window: z.object({
      from: zTime,
      to: zTime,
      effectiveTo: zTime.meta({ description: 'Where counting ends: `to`, or asOf if that is earlier.' }),
      tz: z.string(),
      bucket: z.enum(BUCKET_UNITS).nullable(),
    }),
    track: z.enum(TRACKS),
    asOf: zTime,
    asOfPosition: zAsOfPosition,
    overlapping: z.boolean().meta({ description: 'An agent was in two of the returned teams at once.' }),
    rows: z.array(row),
    total: total.optional().meta({ description: 'Over the whole answer; on the first page.' }),
    totals: z
      .array(total)
      .optional()
      .meta({ description: 'One a bucket; on the first page, with `bucket`.' }),
    nextCursor: zNextCursor,
  });
}

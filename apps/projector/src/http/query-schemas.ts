// The parameters of every route, as clients write them and as the queries take them. Whatever is not here is refused.
import { AGENT_ZONE, BUCKET_UNITS, GROUPINGS, resolveTimeZone, TRACKS } from '@libs/domain';
import { zFlag, zId, zInstant, zLimit, zPosition, zRepeated } from '@libs/platform';
import { z } from 'zod';
import { isInRange } from '../instant-range.js';

const MOST_IDS = 1_000;
const LONGEST_TEAM_ID = 256;
const LONGEST_CURSOR = 16_384;

/** Ids are numbers written as text: `007` is `7`. */
export const zDecimalId = zId.transform((id) => id.replace(/^0+(?=\d)/, ''));

const zTeamId = z.string().min(1, 'must not be empty').max(LONGEST_TEAM_ID);

/** Each once and in one order, so that two spellings of a query are the same query. */
const idList = <Item extends z.ZodType<string, string>>(item: Item, what: string) =>
  zRepeated(item)
    .transform((ids) => [...new Set(ids as string[])].sort())
    .refine((ids) => ids.length <= MOST_IDS, `must be given at most ${MOST_IDS} times`)
    .meta({ description: what });

const zTimeZone = z
  .string()
  .max(100)
  .transform((name, context) => {
    const zone = name === AGENT_ZONE ? AGENT_ZONE : resolveTimeZone(name);
    if (zone !== undefined) return zone;
    context.addIssue({ code: 'custom', message: 'must be the name of an IANA or Rails time zone, or agent' });
    return z.NEVER;
  })
  .prefault('UTC')
  .meta({
    description:
      'Zone of the buckets and of the times in rows: an IANA or Rails name, or `agent` (each agent its own; only with groupBy=agent). By default UTC.',
  });

const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values, `must be one of ${values.join(', ')}`);

export const zTrack = oneOf(TRACKS);

const zTime = zInstant.refine(isInRange, 'must lie in the years 0001 to 9999');

const window = {
  from: zTime.meta({ description: 'Start of the window, inclusive. Needed, unless `cursor` is given.' }),
  to: zTime.meta({ description: 'End of the window, exclusive. Needed, unless `cursor` is given.' }),
};

const asOf = zTime.optional().meta({
  description: 'Nothing after this instant is counted; by default, and at most, now.',
});

const minPosition = zPosition.optional().meta({
  description:
    'Answer only once the read model has reached this position of the log (read your own write): waits up to 5 s, else 503 `position-not-reached`.',
});

const page = {
  limit: zLimit,
  cursor: z.string().max(LONGEST_CURSOR).optional().meta({
    description:
      '`nextCursor` of the page before. It carries the whole query and its asOf: other parameters can be left out, and must not differ.',
  }),
  minPosition,
};

/** Named, so that they are refused as what they are and not as a slip of the pen. */
const later = { recordedUntil: z.undefined('is not supported yet').optional() };

const report = {
  ...window,
  asOf,
  tz: zTimeZone,
  bucket: oneOf(BUCKET_UNITS)
    .optional()
    .meta({ description: 'Length of a row. Without it one row a group.' }),
  groupBy: oneOf(GROUPINGS).default('agent').meta({ description: 'Whose rows; by default agent.' }),
  agentId: idList(zDecimalId, `Only these agents, and a row for each that is known. At most ${MOST_IDS}.`),
  teamId: idList(zTeamId, `Only the time in at least one of these teams. At most ${MOST_IDS}.`),
  ...page,
  ...later,
};

const track = zTrack.default('status').meta({ description: 'By default status.' });
const visits = zFlag.prefault('false').meta({
  description: 'Also count, average, maximum and percentiles of the visits that ended in the window.',
});

export const timeInStatusQuery = z.strictObject({ ...report, track, visits });
export const acwQuery = z.strictObject({ ...report, visits });
export const sessionsReportQuery = z.strictObject(report);
export const dataQualityQuery = z.strictObject({ ...report, track });
export const listQuery = z.strictObject({ ...page, ...later });
export const statusesQuery = z.strictObject({ track, ...page, ...later });
export const oneQuery = z.strictObject({ minPosition, ...later });
export const timelineQuery = z.strictObject({
  ...{ ...window, asOf },
  track: zTrack.optional().meta({ description: 'By default all five.' }),
  ...{ ...page, ...later },
});
export const sessionsQuery = z.strictObject({ ...window, asOf, ...page, ...later });
export const eventsQuery = z.strictObject({ ...window, ...page, ...later });

export const accountPath = z.strictObject({
  accountId: zDecimalId.meta({ description: 'The Freshworks account, digits.' }),
});
export const agentPath = accountPath.extend({
  agentId: zDecimalId.meta({ description: 'The agent (`data.agent.id`), digits.' }),
});

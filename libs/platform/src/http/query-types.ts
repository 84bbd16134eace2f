// The parameter types that both apps share. Each takes the text of one query parameter.
import { z } from 'zod';
import { canonicalId } from '../canonical-id.js';

const DEFAULT_LIMIT = 1_000;
const MAX_LIMIT = 10_000;

/** An account's or agent's id: 1 to 20 decimal digits; gives them as text without leading zeros. */
export const zId = z
  .string()
  .regex(/^\d{1,20}$/, 'must be 1 to 20 digits')
  .transform(canonicalId);

/** A position: decimal digits; gives a bigint. */
export const zPosition = z
  .string()
  .regex(/^\d{1,30}$/, 'must be a position, decimal digits')
  .transform((text) => BigInt(text));

/** `true` or `false`. */
export const zFlag = z.enum(['true', 'false'], 'must be true or false').transform((text) => text === 'true');

/** Rows a page: 1 to 10,000, by default 1,000. */
export const zLimit = z
  .string()
  .regex(/^[1-9]\d{0,4}$/, `must be a whole number from 1 to ${MAX_LIMIT}`)
  .transform(Number)
  .refine((limit) => limit <= MAX_LIMIT, `must be at most ${MAX_LIMIT}`)
  .default(DEFAULT_LIMIT)
  .meta({ description: `Rows a page, 1 to ${MAX_LIMIT}; by default ${DEFAULT_LIMIT}` });

/** A parameter that may be given several times; gives a list, empty when absent. */
export const zRepeated = <Item extends z.ZodType<unknown, string>>(item: Item) =>
  z
    .union([item, z.array(item)])
    .optional()
    .transform((given): z.output<Item>[] => {
      if (given === undefined) return [];
      return Array.isArray(given) ? given : [given];
    });

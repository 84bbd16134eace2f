// Members that many replies share.
import { z } from 'zod';

export const zTime = z.string().meta({ format: 'date-time' });
export const zMs = z.int();
export const zNextCursor = z
  .string()
  .nullable()
  .meta({ description: '`cursor` of the next page; null on the last.' });
export const zAsOfPosition = z.string().nullable().meta({
  description: 'The position of the log that the reply stands on; null before the first event.',
});

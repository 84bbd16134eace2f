// The opaque cursor of the quarantine's list: the query it belongs to and where the page ended.
import { QUARANTINE_CODES } from '@libs/domain';
import { invalidParameters, zId } from '@libs/platform';
import { z } from 'zod';
import { zState, type zListQuery } from './quarantine-json.js';

const zCursor = z.strictObject({
  code: z.enum(QUARANTINE_CODES).nullable(),
  accountId: zId.nullable(),
  state: zState,
  before: z.int().positive(),
});

export interface ListPlace extends Omit<z.output<typeof zCursor>, 'before'> {
  readonly before: number | null;
}

export function writeCursor(cursor: z.output<typeof zCursor>): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

/** Throws 400 for a cursor that is none, or that belongs to another query. */
export function readCursor(query: z.output<typeof zListQuery>): ListPlace {
  const { code, accountId, state } = query;
  if (query.cursor === undefined) {
    return { code: code ?? null, accountId: accountId ?? null, state: state ?? 'open', before: null };
  }
  const cursor = parseCursor(query.cursor);
  if (cursor === null)
    throw invalidParameters([{ name: 'cursor', message: 'is not one that this list gave' }]);
  const differs =
    (code !== undefined && code !== cursor.code) ||
    (accountId !== undefined && accountId !== cursor.accountId) ||
    (state !== undefined && state !== cursor.state);
  if (differs) throw invalidParameters([{ name: 'cursor', message: 'belongs to another query' }]);
  return cursor;
}

function parseCursor(text: string): z.output<typeof zCursor> | null {
  try {
    return zCursor.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
  } catch {
    return null;
  }
}

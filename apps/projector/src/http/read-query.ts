// From what a client sent to one whole query: with a cursor, the query of the first page, which the parameters beside it
// may repeat but not change. Names everything wrong at once; never ignores a parameter.
import { invalidParameters, ZodPipe, type ParameterProblem } from '@libs/platform';
import type { QueryName } from '@libs/read-models';
import type { z } from 'zod';
import { decodeCursor, type Cursor, type CursorQuery } from '../queries/cursor.js';

/** How far apart the clocks of two machines that answer pages of one query may be. */
const CLOCK_SKEW_MS = 60_000;

/** As the query string was parsed. */
export type RawQuery = Readonly<Record<string, string | string[]>>;

export interface Route {
  readonly name: QueryName;
  readonly account: string;
  readonly agentId: string | null;
}

/** What a schema may say that concerns more than one parameter. */
interface Values {
  readonly from?: number;
  readonly to?: number;
  readonly asOf?: number | undefined;
  readonly tz?: string;
  readonly groupBy?: string;
  readonly minPosition?: bigint | undefined;
}

export interface WholeQuery<Output> {
  readonly values: Output;
  /** UTC epoch ms: asked for, or frozen by the first page, or now. */
  readonly asOf: number;
  /** Where the page before ended; null on the first page. */
  readonly after: string | null;
  readonly pages: CursorQuery;
  readonly minPosition: bigint | null;
}

/** Throws 400 `invalid-parameters`. `now`: UTC epoch ms. */
export function readQuery<Schema extends z.ZodType<Values>>(
  schema: Schema,
  route: Route,
  raw: RawQuery,
  now: number,
): WholeQuery<z.output<Schema>> {
  const { cursor: text, minPosition: _, ...given } = raw;
  const cursor = typeof text === 'string' ? cursorOf(text, route, now) : null;
  const pipe = new ZodPipe(schema);
  const values = pipe.transform(cursor === null ? raw : { ...cursor.query, ...raw });
  const problems = cursor === null ? contradictions(values, now) : differences(pipe, cursor, given, values);
  if (problems.length > 0) throw invalidParameters(problems);
  const asOf = cursor?.asOf ?? values.asOf ?? now;
  return {
    values,
    asOf,
    after: cursor?.after ?? null,
    pages: { ...route, query: cursor?.query ?? given, asOf },
    minPosition: values.minPosition ?? null,
  };
}

function cursorOf(text: string, { name, account, agentId }: Route, now: number): Cursor {
  const cursor = decodeCursor(text);
  if (cursor === null) throw invalidParameters([{ name: 'cursor', message: 'is damaged' }]);
  if (cursor.name !== name || cursor.account !== account || cursor.agentId !== agentId) {
    throw invalidParameters([{ name: 'cursor', message: 'belongs to another query' }]);
  }
  if (cursor.asOf > now + CLOCK_SKEW_MS) {
    throw invalidParameters([{ name: 'cursor', message: 'has an asOf in the future' }]);
  }
  return cursor;
}

function contradictions({ from, to, asOf, tz, groupBy }: Values, now: number): ParameterProblem[] {
  const problems: ParameterProblem[] = [];
  if (from !== undefined && to !== undefined && from >= to) {
    problems.push({ name: 'to', message: 'must be later than from' });
  }
  if (asOf !== undefined && asOf > now)
    problems.push({ name: 'asOf', message: 'must not lie in the future' });
  if (tz === 'agent' && groupBy !== 'agent') {
    problems.push({ name: 'tz', message: 'can be agent only with groupBy=agent' });
  }
  return problems;
}

/** The parameters given beside a cursor that are not those of its first page, however they are spelt. */
function differences<Schema extends z.ZodType<Values>>(
  pipe: ZodPipe<Schema>,
  cursor: CursorQuery,
  given: RawQuery,
  values: Values,
): ParameterProblem[] {
  const first: Values = { ...pipe.transform(cursor.query), asOf: cursor.asOf };
  const problems = contradictions(first, cursor.asOf);
  const expected: Readonly<Record<string, unknown>> = { ...first };
  const found: Readonly<Record<string, unknown>> = { ...values };
  for (const name of Object.keys(given)) {
    if (JSON.stringify(found[name]) === JSON.stringify(expected[name])) continue;
    problems.push({ name, message: 'must be left out or be the same as on the first page' });
  }
  return problems;
}

// What crosses to a reader thread and what comes back: plain data only, errors included, for a thread boundary keeps
// neither classes nor functions.
import type { QueryErrorCode, QueryName, QueryParameters } from '@libs/read-models';
import type { CursorQuery } from './cursor.js';

export interface ReadRequest<Name extends QueryName = QueryName> {
  readonly name: Name;
  readonly parameters: QueryParameters[Name];
  /** What the next page's cursor must carry; null for a query that has no pages. */
  readonly pages: CursorQuery | null;
}

/** `minPosition`: the read model must have come this far; null: as it stands. */
export interface AskedRead<Name extends QueryName = QueryName> {
  readonly request: ReadRequest<Name>;
  readonly minPosition: bigint | null;
}

export interface ReadRefusal {
  readonly refused: QueryErrorCode | 'read-model-unavailable' | 'store-unavailable';
  readonly message: string;
  /** The parameter at fault, where there is one. */
  readonly parameter: string | null;
}

/** The finished JSON text in UTF-8, or why there is none. */
export type ReadAnswer = Uint8Array<ArrayBuffer> | ReadRefusal;

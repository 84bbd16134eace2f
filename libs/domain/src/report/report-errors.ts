// The failures a report can give. They are the caller's to phrase: nothing here knows of HTTP.

/** A report over more cells, buckets or visits than one answer may hold. */
export class QueryTooLargeError extends Error {
  readonly code = 'query-too-large';

  constructor(
    readonly what: 'buckets' | 'cells' | 'visits',
    readonly limit: number,
  ) {
    super(`the report needs more than ${limit} ${what}`);
    this.name = 'QueryTooLargeError';
  }
}

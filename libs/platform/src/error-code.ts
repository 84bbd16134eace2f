// Reads what errors of Node and of libraries carry, whichever realm they come from (a test's own realm included).

export const isError = (value: unknown): value is Error =>
  value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';

/** The `code` of an error (ENOENT, FST_ERR_…), or null. */
export const errorCode = (error: unknown): string | null =>
  isError(error) && 'code' in error && typeof error.code === 'string' ? error.code : null;

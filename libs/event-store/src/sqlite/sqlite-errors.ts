// Translates what SQLite throws into the port's error codes. Judged by `code`, never by class: the native addon keeps
// the error class of whoever loaded it first.
import { EventStoreError } from '../errors.js';
import type { EventStoreErrorCode } from '../errors.js';

const CORRUPT = ['SQLITE_CORRUPT', 'SQLITE_NOTADB', 'SQLITE_CONSTRAINT', 'SQLITE_MISMATCH', 'SQLITE_ERROR'];

/** Any throw from SQLite as an `EventStoreError`; errors that are none of SQLite's come back unchanged. */
export function toEventStoreError(error: unknown): unknown {
  if (error instanceof EventStoreError) return error;
  const code = sqliteCode(error);
  if (code === null) return error;
  return new EventStoreError(portCode(code), `event store: ${code}: ${messageOf(error)}`, { cause: error });
}

/** Runs one synchronous piece of database work and throws only `EventStoreError`s for SQLite's failures. */
export function translatingErrors<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw toEventStoreError(error);
  }
}

function sqliteCode(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' && error.code.startsWith('SQLITE_') ? error.code : null;
}

// Full disks, I/O errors, locks and permissions can pass; a damaged file or a broken invariant cannot.
function portCode(code: string): EventStoreErrorCode {
  return CORRUPT.some((prefix) => code.startsWith(prefix)) ? 'store-corrupt' : 'store-unavailable';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String((error as { message?: unknown }).message);
}

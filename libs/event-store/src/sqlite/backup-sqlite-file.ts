// Copies a SQLite file as it stands at one instant, while its writer goes on, through SQLite's backup API.
// It must never copy the bytes itself: the file and its write-ahead log change while they are read, and nothing tells.
import { chmod, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { EventStoreError } from '../errors.js';
import { toEventStoreError } from './sqlite-errors.js';

const BUSY_TIMEOUT_MS = 5_000;
/** 16 MiB of pages of 4 KiB. */
const PAGES_A_STEP = 4_096;
/** It holds what the file holds: for its owner alone. */
const OWNER_ONLY = 0o600;

export interface BackupSqliteFileOptions {
  readonly from: string;
  /** A new file, in a folder that is there. When this resolves it is whole, checked, synced and needs no `-wal`. */
  readonly to: string;
  /** Copied before other work of this thread has its turn. Default 4,096. */
  readonly pagesAStep?: number;
}

/**
 * Any SQLite file, not only the log's. Meanwhile the source's write-ahead log grows by what is written to it.
 * Errors: `store-unavailable` for a missing or locked source or a full disk; `store-corrupt` for a copy that fails the check.
 */
export async function backupSqliteFile(options: BackupSqliteFileOptions): Promise<void> {
  const { from, to, pagesAStep = PAGES_A_STEP } = options;
  try {
    const pages = await copySnapshot(from, to, pagesAStep);
    checkCopy(to, pages);
  } catch (error) {
    throw toEventStoreError(error);
  }
  await chmod(to, OWNER_ONLY);
  await syncPath(to);
  await syncPath(dirname(to));
}

/** The number of pages of the snapshot. */
async function copySnapshot(from: string, to: string, pagesAStep: number): Promise<number> {
  // Read-write for the same reason as the log's readers: after a crash somebody must recover the write-ahead log's index.
  const source = new Database(from, { fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
  try {
    source.pragma('query_only = ON');
    // The open read transaction is the instant. Without it every commit of another process starts the copy over, and
    // under a steady feed it would never end.
    source.exec('BEGIN');
    source.prepare('SELECT count(*) FROM sqlite_schema').get();
    const pages = Number(source.pragma('page_count', { simple: true }));
    await source.backup(to, { progress: () => pagesAStep });
    return pages;
  } finally {
    source.close();
  }
}

/** The client takes a copy that could not begin for one that is done: so the pages are counted, too. */
function checkCopy(file: string, pages: number): void {
  const copy = new Database(file, { fileMustExist: true });
  try {
    // One file that can be read where nothing can be written; whoever opens it to write goes back to a write-ahead log.
    copy.pragma('journal_mode = DELETE');
    const found = Number(copy.pragma('page_count', { simple: true }));
    const verdict = String(copy.pragma('quick_check(1)', { simple: true }));
    if (found === pages && verdict === 'ok') return;
    const why = verdict === 'ok' ? `it has ${found} pages of ${pages}` : verdict;
    throw new EventStoreError('store-corrupt', `backup: the copy ${file} is damaged: ${why}`);
  } finally {
    copy.close();
  }
}

async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

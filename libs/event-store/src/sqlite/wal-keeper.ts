// Keeps the write-ahead log short: truncates it once the writer is idle, or when it has grown large all the same.
// It must never make an append wait for a reader.
import { statSync } from 'node:fs';
import type { Db } from './open-database.js';

const IDLE_MS = 500;
const LARGE_BYTES = 64 * 1024 * 1024;

export interface WalKeeper {
  afterCommit(): void;
  /** Size of the -wal file in bytes; 0 when there is none. */
  bytes(): number;
  stop(): void;
}

export function createWalKeeper(db: Db, file: string, busyTimeoutMs: number): WalKeeper {
  let timer: NodeJS.Timeout | null = null;
  const bytes = () => statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;

  function truncate(): void {
    // A reader in the way is no error: the checkpoint gives up at once and is tried again.
    db.pragma('busy_timeout = 0');
    try {
      db.pragma('wal_checkpoint(TRUNCATE)');
    } catch {
      // Whatever is wrong with the file meets the next append, which can tell its caller.
    } finally {
      db.pragma(`busy_timeout = ${busyTimeoutMs}`);
    }
  }

  function whenIdle(): void {
    truncate();
    if (bytes() > 0) arm();
  }

  function arm(): void {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(whenIdle, IDLE_MS).unref();
  }

  return {
    bytes,
    afterCommit: () => {
      if (bytes() > LARGE_BYTES) truncate();
      arm();
    },
    stop: () => {
      if (timer !== null) clearTimeout(timer);
    },
  };
}

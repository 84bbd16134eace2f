// Where the digests are, and how bytes get into a file for good. Nothing here ever shortens a file but for a torn end.
import { mkdir, open, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface AuditFiles {
  /** The chain of digests and keys, a line each. */
  readonly chain: string;
  /** The leaves of all digests, 32 bytes an event: which of a digest's events has changed cannot be told without them. */
  readonly leaves: string;
}

export const CHAIN_FILE = 'digests.ndjson';
const LEAVES_FILE = 'leaves.bin';

export function auditFiles(folder: string): AuditFiles {
  return { chain: join(folder, CHAIN_FILE), leaves: join(folder, LEAVES_FILE) };
}

export async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (isMissing(error)) return 0;
    throw error;
  }
}

export async function hasDigests({ chain }: AuditFiles): Promise<boolean> {
  return (await sizeOf(chain)) > 0;
}

/** Writes at an offset and returns when it is on disk; a file that is new is there after a crash, too. */
export async function writeDurably(file: string, bytes: Uint8Array, offset: number): Promise<void> {
  const { handle, isNew } = await openForWriting(file);
  try {
    // A disk that is full takes a part of it and says so only in the count.
    for (let at = 0; at < bytes.length;) {
      at += (await handle.write(bytes, at, bytes.length - at, offset + at)).bytesWritten;
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (isNew) await syncFolder(dirname(file));
}

export async function makeFolder(folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (made !== undefined) await syncFolder(dirname(folder));
}

async function openForWriting(file: string): Promise<{ handle: FileHandle; isNew: boolean }> {
  try {
    return { handle: await open(file, 'r+'), isNew: false };
  } catch (error) {
    if (!isMissing(error)) throw error;
    return { handle: await open(file, 'wx+', 0o640), isNew: true };
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}

// Brings the copy of the digests in another directory up to date: appends what it lacks. It must never change what is there: a
// copy that differs is the very evidence it is kept for.
import { open, type FileHandle } from 'node:fs/promises';
import { AuditError } from './audit-error.js';
import { isMissing, sizeOf, writeDurably } from './audit-files.js';

const COMPARED_BYTES = 64 * 1024;
const COPIED_BYTES = 1024 * 1024;

/** Throws `AuditError` when the copy is no beginning of the file, or its directory is not there. */
export async function copyDigests(file: string, copy: string): Promise<void> {
  const source = await open(file, 'r');
  try {
    const { size } = await source.stat();
    const copied = await sizeOf(copy);
    if (copied > size || !(await haveSameEnd(source, copy, copied))) {
      throw new AuditError(`${copy} is not a beginning of ${file}: one of them was changed`);
    }
    for (let at = copied; at < size; at += COPIED_BYTES) {
      await writeDurably(copy, await read(source, at, Math.min(COPIED_BYTES, size - at)), at).catch(noFolder);
    }
  } finally {
    await source.close();
  }
}

async function haveSameEnd(source: FileHandle, copy: string, size: number): Promise<boolean> {
  if (size === 0) return true;
  const length = Math.min(COMPARED_BYTES, size);
  const handle = await open(copy, 'r');
  try {
    const theirs = await read(handle, size - length, length);
    return theirs.equals(await read(source, size - length, length));
  } finally {
    await handle.close();
  }
}

async function read(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** A directory that is not there is a disk that is not mounted: made anew, it would hide just that. */
function noFolder(error: unknown): never {
  if (isMissing(error)) throw new AuditError('AUDIT_COPY_DIR is not there', { cause: error });
  throw error;
}

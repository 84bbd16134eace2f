// Puts a backup's files where apps will find them. It never overwrites anything, and leaves all of the files or none.
import { constants } from 'node:fs';
import { copyFile, link, mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readManifest, sizeAndHash, type BackupFile, type BackupManifest } from './backup-manifest.js';
import { CliError } from './cli-error.js';

const UNFINISHED = '.restoring';

/** `dataDir`: missing or empty; one that apps use never is. Throws `CliError`. */
export async function restoreFiles(folder: string, dataDir: string): Promise<BackupManifest> {
  const manifest = await readManifest(folder);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  if ((await readdir(dataDir)).length > 0) {
    const advice = 'stop the apps that use it and move it aside, or name another';
    throw new CliError(`${dataDir} is not empty: ${advice}`, 1);
  }
  const made: string[] = [];
  try {
    for (const file of manifest.files) await copyChecked(file, folder, dataDir, made);
    // In the order of the backup, the log last: a read model without its log is refused at start, so no half passes as whole.
    for (const { name } of manifest.files) await giveName(name, dataDir, made);
    await sync(dataDir);
  } catch (error) {
    for (const path of made) await rm(path, { force: true });
    throw error;
  }
  return manifest;
}

async function copyChecked(file: BackupFile, folder: string, dataDir: string, made: string[]): Promise<void> {
  const from = join(folder, file.name);
  const to = join(dataDir, `${file.name}${UNFINISHED}`);
  await copyFile(from, to, constants.COPYFILE_EXCL).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new CliError(`${from} cannot be copied: ${why}`, 1);
  });
  made.push(to);
  const { bytes, sha256 } = await sizeAndHash(to);
  if (bytes !== file.bytes || sha256 !== file.sha256) {
    throw new CliError(`${from} is not what the backup wrote: it has been changed or damaged since`, 1);
  }
  await sync(to);
}

/** By a link, which fails where a rename would replace what an app has created meanwhile. */
async function giveName(name: string, dataDir: string, made: string[]): Promise<void> {
  const path = join(dataDir, name);
  await link(`${path}${UNFINISHED}`, path).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new CliError(`${path} cannot be put in place: ${why}`, 1);
  });
  made.push(path);
  await rm(`${path}${UNFINISHED}`);
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

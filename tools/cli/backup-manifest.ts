// The list of what a backup holds, written last: a folder without it is no backup. Restoring believes nothing else.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { CliError } from './cli-error.js';
import { FILE_NAMES } from './embedded-files.js';

export const MANIFEST = 'manifest.json';

const zFile = z.strictObject({
  name: z.enum(FILE_NAMES),
  bytes: z.int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Of the log: its last event. Of the read model: the last event whose effects it holds. Null: none, or not a matter of positions. */
  position: z.string().regex(/^\d+$/).nullable(),
});

const zManifest = z.strictObject({
  kind: z.literal('agent-status-history-backup'),
  version: z.literal(1),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  files: z.array(zFile).min(1),
});

export type BackupFile = z.output<typeof zFile>;
export type BackupManifest = z.output<typeof zManifest>;

export async function writeManifest(folder: string, manifest: BackupManifest): Promise<void> {
  const fresh = join(folder, `${MANIFEST}.new`);
  const file = await open(fresh, 'wx', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(manifest, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(fresh, join(folder, MANIFEST));
}

/** Throws `CliError` for a folder that is no whole backup. */
export async function readManifest(folder: string): Promise<BackupManifest> {
  const path = join(folder, MANIFEST);
  const text = await readFile(path, 'utf8').catch(() => {
    throw new CliError(`${folder} is no backup: it has no ${MANIFEST}, which is written last`, 1);
  });
  const parsed = zManifest.safeParse(jsonOf(text));
  if (!parsed.success) throw new CliError(`${path} is damaged or of a newer program`, 1);
  return parsed.data;
}

export async function sizeAndHash(path: string): Promise<Pick<BackupFile, 'bytes' | 'sha256'>> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return { bytes: (await stat(path)).size, sha256: hash.digest('hex') };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

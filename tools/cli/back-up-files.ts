// Backs up the embedded files while the apps use them. The read model first and the log last: what the copies say of the
// log is then never ahead of the log's copy. The key file is left out: it belongs where secrets are kept.
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { backupSqliteFile, openSqliteEventStore } from '@libs/event-store/sqlite';
import { openSqlite, readCheckpoint, servingPath } from '@libs/read-models';
import { sizeAndHash, writeManifest, type BackupFile, type BackupManifest } from './backup-manifest.js';
import { CliError } from './cli-error.js';
import { FILE_NAMES, type EmbeddedFiles, type FileName } from './embedded-files.js';

export interface BackUpOptions {
  readonly files: EmbeddedFiles;
  /** Missing or empty. */
  readonly folder: string;
  readonly withReadModel: boolean;
  /** UTC epoch ms. */
  readonly now: () => number;
}

/** Leaves a whole backup or none. Throws `CliError`, or `EventStoreError` for what SQLite refuses. */
export async function backUpFiles({
  files,
  folder,
  withReadModel,
  now,
}: BackUpOptions): Promise<BackupManifest> {
  const sources = sourcesOf(files, withReadModel);
  const startedAt = new Date(now()).toISOString();
  await makeEmptyFolder(folder);
  try {
    const copies: BackupFile[] = [];
    for (const [name, from] of sources) copies.push(await backUpFile(name, from, folder, now));
    refuseAhead(copies);
    const endedAt = new Date(now()).toISOString();
    const manifest: BackupManifest = {
      ...{ kind: 'agent-status-history-backup', version: 1 },
      ...{ startedAt, endedAt, files: copies },
    };
    await writeManifest(folder, manifest);
    return manifest;
  } catch (error) {
    for (const name of await readdir(folder)) await rm(join(folder, name), { force: true });
    throw error;
  }
}

function sourcesOf(files: EmbeddedFiles, withReadModel: boolean): [FileName, string][] {
  const log = files['events.db'];
  if (log !== null && !existsSync(log)) throw new CliError(`there is no ${log}: is DATA_DIR right?`, 1);
  const sources = FILE_NAMES.flatMap((name): [FileName, string][] => {
    const path = files[name];
    if (path === null || !existsSync(path) || (name === 'read.db' && !withReadModel)) return [];
    return [[name, path]];
  });
  if (sources.length === 0) throw new CliError('there are no embedded files to back up', 1);
  return sources;
}

async function makeEmptyFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await readdir(folder)).length > 0) throw new CliError(`${folder} is not empty`, 1);
}

async function backUpFile(
  name: FileName,
  from: string,
  folder: string,
  now: () => number,
): Promise<BackupFile> {
  const to = join(folder, name);
  await backupSqliteFile({ from: name === 'read.db' ? servingPath(from) : from, to });
  const position = await positionOf(name, to, now);
  return { name, ...(await sizeAndHash(to)), position };
}

async function positionOf(name: FileName, file: string, now: () => number): Promise<string | null> {
  switch (name) {
    case 'quarantine.db':
      return null;
    case 'events.db': {
      const store = openSqliteEventStore({ file, now, readOnly: true });
      const head = await store.head().finally(() => store.close());
      return head === null ? null : String(head);
    }
    case 'read.db': {
      const sql = openSqlite(file, 'read');
      const { position } = await readCheckpoint(sql).finally(() => sql.close());
      return position;
    }
    default:
      throw new Error(`no such file: ${String(name satisfies never)}`);
  }
}

/** The order makes it impossible, unless the files did not belong together before. */
function refuseAhead(copies: readonly BackupFile[]): void {
  const log = copies.find(({ name }) => name === 'events.db');
  const readModel = copies.find(({ name }) => name === 'read.db');
  if (log === undefined || readModel === undefined) return;
  if (BigInt(readModel.position ?? 0) <= BigInt(log.position ?? 0)) return;
  throw new CliError(
    'the read model is ahead of the log: it is not of this log (--no-read-model leaves it out)',
    1,
  );
}

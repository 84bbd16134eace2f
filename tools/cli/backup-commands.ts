// `backup` and `restore`: work on the embedded files themselves, since no app must be asked to stop for the one, and none
// may run for the other.
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { backUpFiles } from './back-up-files.js';
import type { BackupManifest } from './backup-manifest.js';
import type { CliIo } from './cli-io.js';
import { embeddedFiles } from './embedded-files.js';
import { renderTable } from './render-table.js';
import { restoreFiles } from './restore-files.js';

interface BackupOptions {
  readonly readModel: boolean;
  readonly json?: boolean;
}

interface RestoreOptions {
  readonly dataDir: string;
  readonly json?: boolean;
}

export function addBackupCommands(program: Command, io: CliIo): void {
  program
    .command('backup')
    .description(
      'copy the embedded files (DATA_DIR and URLs as the apps read them) while they are in use; not the keys',
    )
    .argument('<folder>', 'where to; missing or empty')
    .option('--no-read-model', 'leave out read.db, which is filled again from the log')
    .option('--json', 'machine-readable')
    .action((folder: string, options: BackupOptions) => backup(io, folder, options));
  program
    .command('restore')
    .description('put the files of a backup into a data directory; with the apps stopped')
    .argument('<folder>', 'a backup')
    .requiredOption('--data-dir <folder>', 'where to; missing or empty')
    .option('--json', 'machine-readable')
    .action((folder: string, options: RestoreOptions) => restore(io, folder, options));
}

async function backup(io: CliIo, folder: string, options: BackupOptions): Promise<void> {
  const files = embeddedFiles(io.env);
  const { readModel: withReadModel } = options;
  const manifest = await backUpFiles({ files, folder: resolve(folder), withReadModel, now: io.now });
  show(io, manifest, options);
  if (files['events.db'] === null) {
    io.err(
      'The log, and the quarantine in it, are not embedded files: back them up with the tools of their server.\n',
    );
  }
}

async function restore(io: CliIo, folder: string, options: RestoreOptions): Promise<void> {
  const manifest = await restoreFiles(resolve(folder), resolve(options.dataDir));
  show(io, manifest, options);
}

function show(io: CliIo, manifest: BackupManifest, { json }: { readonly json?: boolean }): void {
  if (json === true) {
    io.out(`${JSON.stringify(manifest)}\n`);
    return;
  }
  const rows = manifest.files.map(({ name, bytes, position }) => [name, String(bytes), position ?? '-']);
  io.out(renderTable([['FILE', 'BYTES', 'POSITION'], ...rows]));
}

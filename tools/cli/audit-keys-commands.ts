// `audit keys create|rotate|list`: the file of the key that signs digests. Prints fingerprints, never a key.
import { createSigningKey, readSigningKeys, rotateSigningKey } from '@libs/audit';
import { ingestConfig, loadConfig } from '@libs/platform';
import type { Command } from 'commander';
import type { CliIo } from './cli-io.js';
import { renderTable } from './render-table.js';

interface FileOption {
  readonly file?: string;
  readonly json?: boolean;
}

export function addAuditKeysCommands(audit: Command, io: CliIo): void {
  const keys = audit
    .command('keys')
    .description('the key that signs digests, on the machine of the ingest app');
  withFile(keys.command('create').description('make the first key and print its fingerprint')).action(
    (options: FileOption) => create(io, options),
  );
  withFile(
    keys
      .command('rotate')
      .description('make the next key; ingest has the one in use sign for it, and drops that'),
  ).action((options: FileOption) => rotate(io, options));
  withFile(keys.command('list').description('fingerprints of the key in use and of one that waits')).action(
    (options: FileOption) => list(io, options),
  );
}

const withFile = (command: Command): Command =>
  command
    .option('--file <path>', 'key file (default: AUDIT_KEY_FILE, else in DATA_DIR)')
    .option('--json', 'machine-readable');

async function create(io: CliIo, options: FileOption): Promise<void> {
  const file = fileOf(io, options);
  const { fingerprint } = await createSigningKey(file);
  show(io, fingerprint, options);
  io.err(
    `The key is in ${file}. Give its fingerprint to whoever will check, by another way than the bundle.\n`,
  );
}

async function rotate(io: CliIo, options: FileOption): Promise<void> {
  const { fingerprint } = await rotateSigningKey(fileOf(io, options));
  show(io, fingerprint, options);
  io.err('Ingest takes it over with its next digest. Who trusts the key before it need not be told.\n');
}

async function list(io: CliIo, options: FileOption): Promise<void> {
  const keys = await readSigningKeys(fileOf(io, options));
  const rows = keys.map(({ fingerprint }, index) => ({
    fingerprint,
    state: index === 0 ? 'in use' : 'waits',
  }));
  if (options.json === true) io.out(`${JSON.stringify({ keys: rows })}\n`);
  else
    io.out(
      renderTable([['FINGERPRINT', 'STATE'], ...rows.map(({ fingerprint, state }) => [fingerprint, state])]),
    );
}

function show(io: CliIo, fingerprint: string, { json }: FileOption): void {
  io.out(json === true ? `${JSON.stringify({ fingerprint })}\n` : `${fingerprint}\n`);
}

function fileOf({ env }: CliIo, { file }: FileOption): string {
  const { DATA_DIR, AUDIT_KEY_FILE } = env;
  return file ?? loadConfig(ingestConfig, { DATA_DIR, AUDIT_KEY_FILE }).audit.keyFile;
}

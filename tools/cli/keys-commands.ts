// `keys create|list|revoke`: works on the key file itself; running apps notice a change within 5 s.
import { createKey, readKeyFile, revokeKey, SCOPES, type Accounts, type Scope } from '@libs/platform';
import { InvalidArgumentError, type Command } from 'commander';
import { CliError } from './cli-error.js';
import type { CliIo } from './cli-io.js';
import { renderTable } from './render-table.js';

interface FileOption {
  readonly file?: string;
  readonly json?: boolean;
}
interface CreateOptions extends FileOption {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly accounts: Accounts;
}

export function addKeysCommands(program: Command, io: CliIo): void {
  const keys = program.command('keys').description('API keys, in the file of API_KEYS_FILE');
  withFile(keys.command('create').description('make a key and print it, once'))
    .requiredOption('--scopes <list>', `comma-separated: ${SCOPES.join(', ')}`, parseScopes)
    .requiredOption('--accounts <list>', 'comma-separated account ids, or * for all', parseAccounts)
    .option('--name <text>', 'what the key is for', '')
    .action((options: CreateOptions) => create(io, options));
  withFile(
    keys.command('list').description('all keys, revoked ones included; never the keys themselves'),
  ).action((options: FileOption) => list(io, options));
  withFile(keys.command('revoke').description('end a key for good').argument('<id>')).action(
    (id: string, options: FileOption) => revoke(io, id, options),
  );
}

const withFile = (command: Command): Command =>
  command.option('--file <path>', 'key file (default: API_KEYS_FILE)').option('--json', 'machine-readable');

async function create(io: CliIo, options: CreateOptions): Promise<void> {
  const file = fileOf(io, options);
  const { key, record } = await createKey(file, options, io);
  if (options.json === true) {
    io.out(`${JSON.stringify({ ...withoutHash(record), key })}\n`);
    return;
  }
  io.out(`${key}\n`);
  io.err(`Key ${record.id} is in ${file}. It is shown this once; send it as Authorization: Bearer <key>.\n`);
}

async function list(io: CliIo, options: FileOption): Promise<void> {
  const records = await readKeyFile(fileOf(io, options));
  if (options.json === true) {
    io.out(`${JSON.stringify({ keys: records.map(withoutHash) })}\n`);
    return;
  }
  const rows = records.map(({ id, name, scopes, accounts, createdAt, revokedAt }) => [
    id,
    scopes.join(','),
    accounts === '*' ? '*' : accounts.join(','),
    createdAt,
    revokedAt ?? '-',
    name,
  ]);
  io.out(renderTable([['ID', 'SCOPES', 'ACCOUNTS', 'CREATED', 'REVOKED', 'NAME'], ...rows]));
}

async function revoke(io: CliIo, id: string, options: FileOption): Promise<void> {
  const outcome = await revokeKey(fileOf(io, options), id, io.now);
  if (outcome === 'unknown') throw new CliError(`there is no key ${id}`, 1);
  if (options.json === true) io.out(`${JSON.stringify({ id, outcome })}\n`);
  else io.out(outcome === 'revoked' ? `${id} is revoked\n` : `${id} was revoked already\n`);
}

function fileOf(io: CliIo, { file }: FileOption): string {
  const path = file ?? io.env.API_KEYS_FILE ?? '';
  if (path === '') throw new CliError('which key file? Give --file or set API_KEYS_FILE', 2);
  return path;
}

function withoutHash({ hash: _, ...rest }: Awaited<ReturnType<typeof readKeyFile>>[number]) {
  return rest;
}

const parseList = (text: string): string[] => [
  ...new Set(
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  ),
];

function parseScopes(text: string): Scope[] {
  const scopes = parseList(text).map((name) => {
    const scope = SCOPES.find((known) => known === name);
    if (scope === undefined) throw new InvalidArgumentError(`Scopes are ${SCOPES.join(', ')}.`);
    return scope;
  });
  if (scopes.length === 0) throw new InvalidArgumentError('At least one scope is needed.');
  return scopes;
}

function parseAccounts(text: string): Accounts {
  if (text.trim() === '*') return '*';
  const accounts = parseList(text);
  if (accounts.length === 0 || !accounts.every((id) => /^\d{1,20}$/.test(id))) {
    throw new InvalidArgumentError('Accounts are ids of digits, or *.');
  }
  return accounts;
}

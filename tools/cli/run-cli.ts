// The operator's tool: files for keys, for backup and restore and for checking a bundle, HTTP for everything else. Never writes to a store.
import { SigningKeyError } from '@libs/audit';
import { EventStoreError } from '@libs/event-store';
import { KeyFileError, StartupError } from '@libs/platform';
import { Command, CommanderError } from 'commander';
import { addAuditCommands } from './audit-commands.js';
import { addAuditKeysCommands } from './audit-keys-commands.js';
import { addBackupCommands } from './backup-commands.js';
import { CliError } from './cli-error.js';
import type { CliIo } from './cli-io.js';
import { addKeysCommands } from './keys-commands.js';
import { addQuarantineCommands } from './quarantine-commands.js';
import { addSkipCommand } from './skip-command.js';

/** Shown as their message alone, without a stack. */
const MENDABLE = [KeyFileError, SigningKeyError, StartupError, EventStoreError];

/** Runs one command line (without node and script) and returns its exit code: 0, 1 failed, 2 asked wrongly. */
export async function runCli(words: readonly string[], io: CliIo): Promise<0 | 1 | 2> {
  const program = new Command('cli')
    .description('Agent Status History: operator commands')
    .configureOutput({ writeOut: io.out, writeErr: io.err })
    .exitOverride();
  addKeysCommands(program, io);
  addQuarantineCommands(program, io);
  addSkipCommand(program, io);
  addBackupCommands(program, io);
  const audit = program.command('audit').description('evidence that the log was not changed');
  addAuditKeysCommands(audit, io);
  addAuditCommands(audit, io);
  try {
    await program.parseAsync([...words], { from: 'user' });
    return 0;
  } catch (error) {
    return explain(error, io);
  }
}

function explain(error: unknown, io: CliIo): 0 | 1 | 2 {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof CliError) {
    io.err(`error: ${error.message}\n`);
    return error.exitCode;
  }
  if (MENDABLE.some((kind) => error instanceof kind)) {
    io.err(`error: ${(error as Error).message}\n`);
    return 1;
  }
  throw error;
}

// The operator's tool: files for keys, HTTP for everything else. Never opens a store.
import { KeyFileError } from '@libs/platform';
import { Command, CommanderError } from 'commander';
import { CliError } from './cli-error.js';
import type { CliIo } from './cli-io.js';
import { addKeysCommands } from './keys-commands.js';
import { addQuarantineCommands } from './quarantine-commands.js';
import { addSkipCommand } from './skip-command.js';

/** Runs one command line (without node and script) and returns its exit code: 0, 1 failed, 2 asked wrongly. */
export async function runCli(words: readonly string[], io: CliIo): Promise<0 | 1 | 2> {
  const program = new Command('cli')
    .description('Agent Status History: operator commands')
    .configureOutput({ writeOut: io.out, writeErr: io.err })
    .exitOverride();
  addKeysCommands(program, io);
  addQuarantineCommands(program, io);
  addSkipCommand(program, io);
  try {
    await program.parseAsync([...words], { from: 'user' });
    return 0;
  } catch (error) {
    return explain(error, io);
  }
}

function explain(error: unknown, io: CliIo): 0 | 1 | 2 {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof CliError || error instanceof KeyFileError) {
    io.err(`error: ${error.message}\n`);
    return error instanceof CliError ? error.exitCode : 1;
  }
  throw error;
}

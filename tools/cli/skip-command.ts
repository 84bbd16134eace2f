// `skip`: records, in the log itself, that a poison event is to be passed over by every fold.
import type { Command } from 'commander';
import { CliError } from './cli-error.js';
import type { CliIo } from './cli-io.js';
import { callIngest } from './ingest-client.js';
import { ingestOf, withIngest, type IngestOptions } from './ingest-options.js';
import { printable } from './render-table.js';

interface SkipOptions extends IngestOptions {
  readonly position: string;
  readonly reason: string;
}

export function addSkipCommand(program: Command, io: CliIo): void {
  withIngest(
    program.command('skip').description('record that an event that cannot be applied may be passed over'),
  )
    .requiredOption('--position <position>', 'position of the event, as /v1/projections shows it')
    .requiredOption('--reason <text>', 'why; kept with the act')
    .action((options: SkipOptions) => skip(io, options));
}

async function skip(io: CliIo, options: SkipOptions): Promise<void> {
  if (!/^\d{1,30}$/.test(options.position)) throw new CliError('a position is decimal digits', 2);
  if (options.reason.trim() === '') throw new CliError('a reason is needed', 2);
  const reply = await callIngest(ingestOf(io, options), {
    method: 'POST',
    path: '/v1/skipped-events',
    body: { position: options.position, reason: options.reason },
  });
  if (options.json === true) io.out(`${JSON.stringify(reply)}\n`);
  else io.out(`${printable(options.position)} is recorded as skipped\n`);
}

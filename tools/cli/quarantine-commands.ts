// `quarantine list|show|retry`: what ingest kept because it could not understand it.
import type { Command } from 'commander';
import { z } from 'zod';
import { CliError } from './cli-error.js';
import type { CliIo } from './cli-io.js';
import { callIngest } from './ingest-client.js';
import { ingestOf, withIngest, type IngestOptions } from './ingest-options.js';
import { printable, renderTable } from './render-table.js';

/** An item is still in quarantine after a retry: an answer, but no success. */
const STILL_QUARANTINED = 422;

interface ListOptions extends IngestOptions {
  readonly limit?: string;
  readonly cursor?: string;
}

const zItem = z.looseObject({ id: z.string() });
const zList = z.looseObject({ items: z.array(zItem), nextCursor: z.string().nullish() });
const zRetried = z.looseObject({
  outcome: z.string(),
  code: z.string().nullish(),
  detail: z.string().nullish(),
});

export function addQuarantineCommands(program: Command, io: CliIo): void {
  const quarantine = program
    .command('quarantine')
    .description('payloads that were not understood, on the ingest app');
  withIngest(quarantine.command('list').description('what is kept'))
    .option('--limit <rows>', 'rows a page')
    .option('--cursor <cursor>', 'go on after the page before')
    .action((options: ListOptions) => list(io, options));
  withIngest(quarantine.command('show').description('one item, whole').argument('<id>')).action(
    (id: string, options: IngestOptions) => show(io, id, options),
  );
  withIngest(quarantine.command('retry').description('take an item in after a fix').argument('<id>')).action(
    (id: string, options: IngestOptions) => retry(io, id, options),
  );
}

async function list(io: CliIo, options: ListOptions): Promise<void> {
  const query = new URLSearchParams();
  if (options.limit !== undefined) query.set('limit', options.limit);
  if (options.cursor !== undefined) query.set('cursor', options.cursor);
  const search = query.size === 0 ? '' : `?${query.toString()}`;
  const reply = await callIngest(ingestOf(io, options), { method: 'GET', path: `/v1/quarantine${search}` });
  if (options.json === true) {
    io.out(`${JSON.stringify(reply)}\n`);
    return;
  }
  const { items, nextCursor } = understood(zList, reply);
  io.out(renderTable([['ID', 'RECEIVED', 'CODE', 'ACCOUNT', 'DETAIL'], ...items.map(rowOf)]));
  if (typeof nextCursor === 'string') io.err(`more: --cursor ${printable(nextCursor)}\n`);
}

async function show(io: CliIo, id: string, options: IngestOptions): Promise<void> {
  const reply = await callIngest(ingestOf(io, options), { method: 'GET', path: pathOf(id) });
  io.out(options.json === true ? `${JSON.stringify(reply)}\n` : `${JSON.stringify(reply, null, 2)}\n`);
}

async function retry(io: CliIo, id: string, options: IngestOptions): Promise<void> {
  const request = { method: 'POST', path: `${pathOf(id)}/retry` } as const;
  const reply = await callIngest(ingestOf(io, options), request, [STILL_QUARANTINED]);
  const { outcome, code, detail } = understood(zRetried, reply);
  if (options.json === true) io.out(`${JSON.stringify(reply)}\n`);
  if (outcome === 'quarantined') {
    throw new CliError(
      `${id} stays in quarantine: ${printable([code, detail].filter(Boolean).join(', '))}`,
      1,
    );
  }
  if (options.json !== true) io.out(`${printable(id)}: ${printable(outcome)}\n`);
}

const pathOf = (id: string): string => `/v1/quarantine/${encodeURIComponent(id)}`;

function rowOf(item: z.output<typeof zItem>): string[] {
  return ['id', 'receivedAt', 'code', 'accountId', 'detail'].map((name) => {
    const value = item[name];
    return typeof value === 'string' ? value : '-';
  });
}

function understood<Schema extends z.ZodType>(schema: Schema, reply: unknown): z.output<Schema> {
  const parsed = schema.safeParse(reply);
  if (parsed.success) return parsed.data;
  throw new CliError('the answer is not that of the ingest app: is --url right?', 1);
}

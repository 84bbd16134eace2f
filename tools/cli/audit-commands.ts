// `audit bundle` asks the running ingest app for evidence; `audit check` checks it, with nothing but files.
import { open, rm } from 'node:fs/promises';
import type { Command } from 'commander';
import { checkBundle, renderReport, UsageError } from '../audit/check-bundle.mjs';
import { CliError } from './cli-error.js';
import type { CliIo } from './cli-io.js';
import { streamIngest } from './ingest-client.js';
import { ingestOf, withIngest, type IngestOptions } from './ingest-options.js';

interface BundleOptions extends IngestOptions {
  readonly from?: string;
  readonly to?: string;
  readonly out?: string;
}

interface CheckOptions {
  readonly trust: readonly string[];
  readonly earlier: readonly string[];
  readonly digests: readonly string[];
  readonly json?: boolean;
}

export function addAuditCommands(audit: Command, io: CliIo): void {
  withIngest(
    audit.command('bundle').description('events with the digests and proofs that vouch for them, as NDJSON'),
  )
    .option('--from <edge>', 'first position, or a time of recording; by default the first event')
    .option('--to <edge>', 'last position, or a time of recording (not within); by default the last event')
    .option('--out <file>', 'a new file, for its owner alone (default: standard output)')
    .action((options: BundleOptions) => bundle(io, options));
  audit
    .command('check')
    .description('check a bundle; needs neither the service nor its data')
    .argument('<bundle>')
    .requiredOption('--trust <fingerprint>', 'of a signing key, learnt elsewhere; can be repeated', add, [])
    .option('--earlier <bundle>', 'one that was written before: nothing of it may be gone', add, [])
    .option('--digests <folder>', 'another copy of the digests: nothing of it may be gone', add, [])
    .option('--json', 'machine-readable')
    .action((file: string, options: CheckOptions) => check(io, file, options));
}

const add = (value: string, values: readonly string[]): string[] => [...values, value];

async function bundle(io: CliIo, options: BundleOptions): Promise<void> {
  const query = new URLSearchParams();
  if (options.from !== undefined) query.set('from', options.from);
  if (options.to !== undefined) query.set('to', options.to);
  const chunks = streamIngest(ingestOf(io, options), `/v1/audit/bundle?${query.toString()}`);
  if (options.out === undefined) {
    const decoder = new TextDecoder();
    for await (const chunk of chunks) io.out(decoder.decode(chunk, { stream: true }));
    return;
  }
  const bytes = await writeNew(options.out, chunks);
  io.err(`${options.out}: ${bytes} bytes. It holds personal data.\n`);
}

/** All of it, or no file. */
async function writeNew(path: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
  const file = await open(path, 'wx', 0o600).catch((error: unknown) => {
    throw new CliError(
      `${path} cannot be made: ${error instanceof Error ? error.message : String(error)}`,
      1,
    );
  });
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      await file.writeFile(chunk);
      bytes += chunk.length;
    }
    await file.sync();
    return bytes;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

async function check(io: CliIo, file: string, options: CheckOptions): Promise<void> {
  const { trust, earlier, digests } = options;
  const report = await checkBundle(file, { trust, earlier, digests }).catch((error: unknown) => {
    throw error instanceof UsageError ? new CliError(error.message, 2) : error;
  });
  io.out(options.json === true ? `${JSON.stringify(report)}\n` : renderReport(report));
  if (!report.ok) throw new CliError('the bundle does not hold', 1);
}

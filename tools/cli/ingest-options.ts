// Where the ingest app is and with which key, from options or the environment.
import type { Command } from 'commander';
import type { CliIo } from './cli-io.js';
import type { IngestClientOptions } from './ingest-client.js';

export interface IngestOptions {
  readonly url?: string;
  readonly key?: string;
  readonly json?: boolean;
}

export const withIngest = (command: Command): Command =>
  command
    .option('--url <url>', 'the ingest app (default: ASH_INGEST_URL, else from HOST and INGEST_PORT)')
    .option('--key <key>', 'API key (default: ASH_API_KEY, which no process list shows)')
    .option('--json', 'machine-readable');

export function ingestOf({ env }: CliIo, options: IngestOptions): IngestClientOptions {
  const key = options.key ?? env.ASH_API_KEY ?? '';
  return { url: options.url ?? orNull(env.ASH_INGEST_URL) ?? localUrl(env), key: key === '' ? null : key };
}

function localUrl(env: CliIo['env']): string {
  const host = orNull(env.HOST) ?? '127.0.0.1';
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  const written = reachable.includes(':') ? `[${reachable}]` : reachable;
  return `http://${written}:${orNull(env.INGEST_PORT) ?? '3001'}`;
}

const orNull = (text: string | undefined): string | null => (text === undefined || text === '' ? null : text);

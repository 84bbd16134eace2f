// Runs the whole ingest app on real files in a folder of its own, for specs.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKurrentDbEventStore } from '@libs/event-store/kurrentdb';
import { scopedEventStore } from '@libs/event-store/testing';
import { createApp, ingestConfig, loadConfig, type CreatedApp, type IngestConfig } from '@libs/platform';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { appOptions } from '../app-options.js';
import { DEFAULT_LIMITS, type IngestLimits } from '../ingest-limits.js';
import { inlineDecoder } from '../record-agent-update/payload-decoder.js';
import { IngestModule, openParts, type IngestParts } from '../ingest.module.js';
import { LogQuarantine } from '../quarantine/log-quarantine.js';

export const NOW_MS = Date.parse('2026-03-02T12:00:00Z');

/** A KurrentDB, and the prefix of all streams, so that a server in use serves. */
export interface KurrentDbPlace {
  readonly connectionString: string;
  readonly prefix: string;
  readonly attempts?: number;
}

export interface IngestOptions {
  /** By default a log in a file. */
  readonly kurrentDb?: KurrentDbPlace | undefined;
  readonly folder?: string;
  readonly limits?: Partial<IngestLimits>;
  readonly keysFile?: string;
  /** Replaces parts, for instance with a store that fails. */
  readonly wrap?: (parts: IngestParts) => IngestParts;
}

export interface TestIngest extends CreatedApp {
  readonly folder: string;
  readonly parts: IngestParts;
  /** Everything logged so far. */
  readonly log: () => string;
  inject(options: InjectOptions): Promise<LightMyRequestResponse>;
  post(body: unknown, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
  /** The sum of a counter or gauge over its labels. */
  metric(name: string): Promise<number>;
  /** Closes the app and removes the folder. */
  destroy(): Promise<void>;
}

export async function makeIngest(options: IngestOptions = {}): Promise<TestIngest> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'ingest-')));
  const config = loadConfig(ingestConfig, {
    DATA_DIR: folder,
    LOG_LEVEL: 'trace',
    INGEST_PORT: '0',
    API_KEYS_FILE: options.keysFile,
  });
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  // There is no build in a spec that a decoder's thread could run.
  const opened = { ...openPlace(options.kurrentDb, config, limits), decoder: inlineDecoder };
  const parts = options.wrap?.(opened) ?? opened;
  const lines: string[] = [];
  const created = await createApp(
    IngestModule.forRoot(() => parts),
    { ...appOptions(config, limits), logDestination: { write: (line: string) => void lines.push(line) } },
  );
  const inject = (request: InjectOptions): Promise<LightMyRequestResponse> => created.app.inject(request);
  return {
    ...created,
    folder,
    parts,
    log: () => lines.join(''),
    inject,
    post: (body, headers = {}) =>
      inject({
        method: 'POST',
        url: '/v1/agent-updates',
        headers: { 'content-type': 'application/json', ...headers },
        payload: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      }),
    metric: async (name) => {
      const { body } = await inject({ url: '/metrics' });
      const samples = body
        .split('\n')
        .filter((line) => line.startsWith(name) && /[ {]/.test(line[name.length] ?? ''));
      return samples.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
    },
    destroy: async () => {
      await created.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function openPlace(
  place: KurrentDbPlace | undefined,
  config: IngestConfig,
  limits: IngestLimits,
): Omit<IngestParts, 'decoder'> {
  const now = (): number => NOW_MS;
  if (place === undefined) return openParts(config, limits, now);
  const { prefix, ...options } = place;
  const store = scopedEventStore(openKurrentDbEventStore({ ...options, prefixes: [prefix] }), prefix);
  const quarantine = new LogQuarantine({
    store,
    file: join(config.dataDir, 'quarantine-index.db'),
    maxItems: limits.quarantineItems,
    maxBytes: limits.quarantineBytes,
  });
  return { store, quarantine, limits, audit: config.audit, kafka: null, now };
}

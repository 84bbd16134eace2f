// The projector's app over real SQLite files, with the projection and one reader in the spec's own thread: under jest
// there is no compiled worker to start. Everything else is what runs in production.
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { openSqliteEventStore, type SqliteEventStore } from '@libs/event-store/sqlite';
import { createApp } from '@libs/platform';
import type { StoreUrls } from '../adapters.js';
import { OPEN_API_INFO } from '../open-api-info.js';
import { projectReadModel } from '../project/project-read-model.js';
import { ProjectorModule } from '../projector.module.js';
import type { ProjectorRuntime } from '../projector-runtime.js';
import { payloadOf, record, type StatusChange } from './agent-updates.js';
import { inProcessReader } from './in-process-reader.js';

export const NOW = Date.parse('2026-03-10T12:00:00Z');

export interface UnderTestOptions {
  readonly folder: string;
  readonly apiKeysFile?: string;
  readonly runtime?: Partial<ProjectorRuntime>;
}

type Headers = Readonly<Record<string, string>>;

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly json: unknown;
}

export interface ProjectorUnderTest {
  readonly urls: StoreUrls;
  /** The log as ingest has it; made by the first call. */
  log(): SqliteEventStore;
  /** Gives the position as text. */
  append(change: StatusChange): Promise<string>;
  get(url: string, headers?: Headers): Promise<Reply>;
  ask(method: 'GET' | 'POST', url: string, headers?: Headers): Promise<Reply>;
  /** Over a real connection, too. Gives the address. */
  listen(): Promise<string>;
  /** What the app has logged. */
  logged(): string;
  close(): Promise<void>;
}

export async function startProjector({
  folder,
  apiKeysFile,
  runtime,
}: UnderTestOptions): Promise<ProjectorUnderTest> {
  const file = join(folder, 'events.db');
  const urls: StoreUrls = {
    eventStore: { kind: 'sqlite', path: file },
    readModel: { kind: 'sqlite', path: join(folder, 'read.db') },
  };
  const now = (): number => NOW;
  const made = (): ProjectorRuntime => ({
    startProjection: (options) => projectReadModel({ ...options, ...urls, now }),
    reader: inProcessReader(urls, now),
    positionWaitMs: 5_000,
    now,
    onFatal: (error) => {
      throw error;
    },
    ...runtime,
  });
  let logged = '';
  const { app, close } = await createApp(ProjectorModule.forRoot(made), {
    name: 'projector',
    config: { host: '127.0.0.1', port: 0, apiKeysFile: apiKeysFile ?? null, logLevel: 'info' },
    bodyLimit: 1_024,
    openApi: OPEN_API_INFO,
    logDestination: new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        logged += chunk.toString();
        done();
      },
    }),
  });
  let log: SqliteEventStore | null = null;
  const openLog = (): SqliteEventStore => (log ??= openSqliteEventStore({ file, now }));

  async function ask(method: 'GET' | 'POST', url: string, headers: Headers = {}): Promise<Reply> {
    const reply = await app.inject({ method, url, headers: { host: 'localhost', ...headers } });
    const json: unknown = String(reply.headers['content-type']).includes('json')
      ? JSON.parse(reply.body)
      : null;
    return { status: reply.statusCode, headers: reply.headers, text: reply.body, json };
  }

  return {
    urls,
    log: openLog,
    append: (change) => record(openLog(), payloadOf(change), NOW),
    get: (url, headers) => ask('GET', url, headers),
    ask,
    listen: async () => {
      await app.listen({ host: '127.0.0.1', port: 0 });
      return app.getUrl();
    },
    logged: () => logged,
    close: async () => {
      await close();
      await log?.close();
    },
  };
}

// Where the quarantine can live, for specs that hold on either engine: a file beside an embedded log, or KurrentDB (the
// protocol double, or the server that TEST_EVENT_STORE_URL names).
import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  startKurrentDbDouble,
  type KurrentDbDouble,
} from '../../../../libs/event-store/src/testing/kurrentdb-double/kurrentdb-double.js';
import type { IngestOptions, TestIngest } from './make-ingest.js';

const { TEST_EVENT_STORE_URL } = process.env;

export interface QuarantineEngine {
  readonly name: string;
  /** Options of an app with a log of its own. */
  newPlace(): IngestOptions;
  /** Everything that the app stored and that can be had, as it was before it was encoded. */
  stored(ingest: TestIngest): Promise<Buffer>;
  stop(): Promise<void>;
}

export async function quarantineEngines(): Promise<QuarantineEngine[]> {
  const double = TEST_EVENT_STORE_URL === undefined ? await startKurrentDbDouble() : null;
  const connectionString = double?.connectionString ?? TEST_EVENT_STORE_URL ?? '';
  return [
    { name: 'a file', newPlace: () => ({}), stored: filesOf, stop: () => Promise.resolve() },
    {
      name: double === null ? 'KurrentDB (a real server)' : 'KurrentDB',
      newPlace: () => ({ kurrentDb: { connectionString, prefix: `${randomUUID()}-` } }),
      stored: async (ingest) =>
        Buffer.concat([await filesOf(ingest), ...(double === null ? [] : logOf(double))]),
      stop: async () => double?.stop(),
    },
  ];
}

async function filesOf({ folder }: TestIngest): Promise<Buffer> {
  const names = await readdir(folder);
  return Buffer.concat(await Promise.all(names.map((name) => readFile(join(folder, name)))));
}

function logOf({ log }: KurrentDbDouble): Buffer[] {
  return log.records.flatMap(({ data, metadata }) => {
    const text = Buffer.from(data).toString();
    const chunk = /^\{"base64":"([^"]*)"\}$/.exec(text)?.[1];
    return [Buffer.from(metadata), chunk === undefined ? Buffer.from(text) : Buffer.from(chunk, 'base64')];
  });
}

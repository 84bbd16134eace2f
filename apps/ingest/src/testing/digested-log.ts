// A real log in a SQLite file with its digests, and what somebody can do to it behind the service's back.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { createSigningKey, type SigningKey } from '@libs/audit';
import { openSqliteEventStore } from '@libs/event-store/sqlite';
import { itemOf, newEvents, tempFolders } from '@libs/event-store/testing';
import { checkBundle, type BundleReport } from '../../../../tools/audit/check-bundle.mjs';
import { auditFiles, type AuditFiles } from '../audit/audit-files.js';
import { createDigestWriter, type DigestWriter, type DigestWriterOptions } from '../audit/digest-writer.js';
import { writeBundle } from '../audit/write-bundle.js';
import type { BundleRange } from '../audit/bundle-range.js';
import type { ReadsAll } from '../audit/stored-events.js';

export const START_MS = Date.UTC(2026, 2, 2, 12);

export interface DigestedLog {
  readonly folder: string;
  readonly logFile: string;
  readonly files: AuditFiles;
  readonly keyFile: string;
  readonly key: SigningKey;
  /** Appends to agents 0 to 2 in turn, one event a second, and opens the log for it alone. */
  append(count: number): Promise<void>;
  /** One run of a new writer, as after a start. */
  digest(options?: Partial<DigestWriterOptions>): ReturnType<DigestWriter['run']>;
  /** Appends and digests. */
  grow(...counts: readonly number[]): Promise<void>;
  bundle(range?: BundleRange): Promise<string>;
  check(
    bundle: string,
    options?: { trust?: readonly string[]; earlier?: readonly string[]; digests?: readonly string[] },
  ): Promise<BundleReport>;
  /** Of a bundle of everything. */
  checkAll(): Promise<BundleReport>;
  /** SQL with every trigger gone. */
  tamper(sql: string): void;
}

export const never = new AbortController().signal;

/** To be called in a spec's body; each call of what it gives makes another log. */
export function useDigestedLogs(): () => Promise<DigestedLog> {
  const newFolder = tempFolders();
  return () => digestedLog(newFolder());
}

export async function writeBundleFile(
  file: string,
  store: ReadsAll,
  files: AuditFiles,
  range: BundleRange = {},
): Promise<string> {
  let text = '';
  for await (const piece of writeBundle({ store, files, range, now: () => START_MS + 86_400_000 }))
    text += piece;
  await writeFile(file, text);
  return file;
}

async function digestedLog(folder: string): Promise<DigestedLog> {
  const logFile = join(folder, 'events.db');
  const files = auditFiles(join(folder, 'audit'));
  const keyFile = join(folder, 'audit', 'signing-key.pem');
  const key = await createSigningKey(keyFile);
  let clock = START_MS;
  let appended = 0;
  let bundles = 0;
  const open = (readOnly: boolean) =>
    openSqliteEventStore({ file: logFile, now: () => (clock += 1_000), readOnly });

  async function append(count: number): Promise<void> {
    const store = open(false);
    for (let last = appended + count; appended < last; appended += 1) {
      const expected = appended < 3 ? 'noStream' : Math.floor(appended / 3) - 1;
      await store.append([itemOf(`agent-1-${appended % 3}`, expected, ...newEvents(appended, 1))]);
    }
    await store.close();
  }

  async function digest(options: Partial<DigestWriterOptions> = {}): ReturnType<DigestWriter['run']> {
    const store = open(true);
    const all = { store, files, keyFile, copyDir: null, now: () => clock, onTorn: () => undefined };
    return createDigestWriter({ ...all, ...options })
      .run(never)
      .finally(() => store.close());
  }

  async function bundle(range?: BundleRange): Promise<string> {
    const store = open(true);
    bundles += 1;
    const file = join(folder, `bundle-${bundles}.ndjson`);
    return writeBundleFile(file, store, files, range).finally(() => store.close());
  }

  const check: DigestedLog['check'] = (file, options = {}) =>
    checkBundle(file, { trust: [key.fingerprint], ...options });

  return {
    ...{ folder, logFile, files, keyFile, key, append, digest, bundle, check },
    grow: async (...counts) => {
      for (const count of counts) {
        await append(count);
        await digest();
      }
    },
    checkAll: async () => check(await bundle()),
    tamper: (sql) => {
      const db = new Database(logFile);
      const triggers = db
        .prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'trigger'`)
        .pluck();
      for (const name of triggers.all()) db.exec(`DROP TRIGGER ${name}`);
      db.exec(sql);
      db.close();
    },
  };
}

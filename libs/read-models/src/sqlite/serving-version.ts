// Which file serves a read model. Its own file does until a version has been filled beside it; then one row in it names that
// version's file, and moves only forward. A version's file is a whole read model: copied to another place it serves there.
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ModelDamagedError } from '@libs/projection';
import { connect, type SqliteConnection } from './sqlite-connection.js';

export const SERVING = [
  `CREATE TABLE serving (id INTEGER PRIMARY KEY CHECK (id = 1), file TEXT)`,
  `INSERT INTO serving (id, file) VALUES (1, NULL)`,
] as const;

/** The name of the file beside this one that serves; null if it does itself, or has no tables yet. */
export function servingFile({ prepared }: SqliteConnection): string | null {
  const [made] = prepared(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'serving'`).all();
  if (made === undefined) return null;
  const [row] = prepared('SELECT file FROM serving WHERE id = 1').all() as { file: string | null }[];
  return row?.file ?? null;
}

/** The file that serves the read model of this name now: whole by itself, as a backup needs it. Throws as `connect` does. */
export function servingPath(file: string): string {
  const connection = connect(file, 'read');
  try {
    const name = servingFile(connection);
    return name === null ? file : join(dirname(file), name);
  } finally {
    connection.database.close();
  }
}

/** Its writer has lost: another projector is at work. */
export class VersionMovedError extends ModelDamagedError {
  constructor() {
    super('another projector has put another version of the read model in place of this one');
  }
}

/** Throws `VersionMovedError` when another one serves than the caller knows. */
export function serveFrom({ prepared }: SqliteConnection, before: string | null, file: string): void {
  const moved = prepared('UPDATE serving SET file = ? WHERE id = 1 AND file IS ?').run(file, before);
  if (moved.changes === 1) return;
  throw new VersionMovedError();
}

export interface VersionPlace {
  readonly name: string;
  readonly path: string;
  /** For what is needed only while the version is filled. */
  readonly scratch: string;
}

/** The place of the next version. No two are alike, even if two writers begin one at once. */
export function placeForVersion(file: string, serving: string | null): VersionPlace {
  const [, number = '1'] = /-v(\d+)-[0-9a-f]+$/.exec(serving ?? '') ?? [];
  const name = `${basename(file)}-v${Number(number) + 1}-${randomBytes(4).toString('hex')}`;
  const path = join(dirname(file), name);
  const scratch = `${path}.scratch`;
  mkdirSync(scratch, { mode: 0o700 });
  return { name, path, scratch };
}

/** Removes what versions have left beside `file`, except the one that serves. */
export function removeVersions(file: string, serving: string | null): void {
  const prefix = `${basename(file)}-v`;
  const serves = serving === null ? [] : [serving, `${serving}-wal`, `${serving}-shm`];
  for (const name of readdirSync(dirname(file))) {
    const isVersion =
      name.startsWith(prefix) && /^\d+-[0-9a-f]+(\.scratch|-wal|-shm)?$/.test(name.slice(prefix.length));
    if (isVersion && !serves.includes(name))
      rmSync(join(dirname(file), name), { recursive: true, force: true });
  }
}

/** A version is filled unsynced: on disk before it serves. Syncing gigabytes takes a while, and not this thread. */
export async function syncToDisk(path: string): Promise<void> {
  for (const one of [path, dirname(path)]) {
    const handle = await open(one, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}

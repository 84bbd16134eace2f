// A read model in SQLite files: one writer (the projection's thread), any number of readers. Its file serves itself, or
// names the version beside it that does (serving-version.ts): readers follow that name from one transaction to the next.
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ModelUnavailableError } from '@libs/projection';
import type { Sql, VersionBuild } from '../sql.js';
import { emptyTables, prepareTables, prepareVersion } from './prepare-tables.js';
import {
  placeForVersion,
  removeVersions,
  serveFrom,
  servingFile,
  syncToDisk,
  VersionMovedError,
} from './serving-version.js';
import { classified, connect, type SqliteConnection } from './sqlite-connection.js';
import { sqliteSql } from './sqlite-sql.js';

const IN_MEMORY = ':memory:';

/** Opens `file`; only a writer creates it. Throws `ModelUnavailableError`, `ModelDamagedError`. */
export function openSqlite(file: string, mode: 'read' | 'write'): Sql {
  const folder = dirname(file);
  const named = connect(file, mode);
  let version: { readonly name: string | null; readonly connection: SqliteConnection } = {
    name: null,
    connection: named,
  };

  function take(name: string | null, connection: SqliteConnection): SqliteConnection {
    if (version.connection !== named) version.connection.database.close();
    version = { name, connection };
    return connection;
  }

  function follow(): SqliteConnection {
    const name = servingFile(named);
    if (name === version.name) return version.connection;
    if (name === null) return take(null, named);
    try {
      return take(name, connect(join(folder, name), mode, 'must exist'));
    } catch (error) {
      // Between the look at the name and the opening of the file another one may have taken its place.
      if (error instanceof ModelUnavailableError && servingFile(named) !== name) return follow();
      throw error;
    }
  }

  /** A writer stays with its version: what it remembers is of that one. */
  function demandServing(): void {
    if (servingFile(named) !== version.name) throw new VersionMovedError();
  }

  const current = (): SqliteConnection => (mode === 'read' ? follow() : version.connection);

  /** Where the named file serves, the look is the transaction's first: what it sees then is what it looked at. */
  function isStillCurrent(transactionMode: 'read' | 'write'): boolean {
    if (transactionMode === 'write') demandServing();
    return mode === 'write' || servingFile(named) === version.name;
  }

  function prepare(): void {
    prepareTables(named, folder);
    follow();
    if (file !== IN_MEMORY) removeVersions(file, version.name);
  }

  function beginVersion(): VersionBuild {
    demandServing();
    const before = version.name;
    const { name, path, scratch } = placeForVersion(file, before);
    const filling = connect(path, 'fill');
    let served = false;
    try {
      prepareVersion(filling.database);
    } catch (error) {
      filling.database.close();
      throw classified(error);
    }
    const sql = sqliteSql({
      current: () => filling,
      isStillCurrent: () => true,
      prepare: () => undefined,
      close: () => void filling.database.close(),
    });
    return {
      sql,
      scratch,
      serve: async () => {
        await sql.close();
        await syncToDisk(path);
        const filled = connect(path, mode, 'must exist');
        try {
          serveFrom(named, before, name);
        } catch (error) {
          filled.database.close();
          throw classified(error);
        }
        take(name, filled);
        served = true;
        try {
          removeVersions(file, name);
          if (before === null) emptyTables(named.database);
        } catch {
          // What is left takes space, and is removed at the next start.
        }
      },
      discard: async () => {
        if (served) return;
        await sql.close();
        for (const one of [path, `${path}-wal`, `${path}-shm`, scratch]) {
          rmSync(one, { recursive: true, force: true });
        }
      },
    };
  }

  const sql = sqliteSql({
    current,
    isStillCurrent,
    prepare,
    close: () => {
      take(null, named);
      named.database.close();
    },
  });
  if (mode === 'read' || file === IN_MEMORY) return sql;
  return { ...sql, beginVersion: () => Promise.resolve().then(beginVersion) };
}

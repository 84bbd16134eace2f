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
import { connect, type SqliteConnection } from './sqlite-connection.js';
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
      return take(name, connect(join(folder, name), mode));
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

  function current(transactionMode: 'read' | 'write'): SqliteConnection {
    if (mode === 'read') return follow();
    if (transactionMode === 'write') demandServing();
    return version.connection;
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
    prepareVersion(filling.database);
    const sql = sqliteSql({
      current: () => filling,
      prepare: () => undefined,
      close: () => void filling.database.close(),
    });
    return {
      sql,
      scratch,
      serve: async () => {
        await sql.close();
        syncToDisk(path);
        const filled = connect(path, mode);
        try {
          serveFrom(named, before, name);
        } catch (error) {
          filled.database.close();
          throw error;
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
        for (const one of [path, scratch]) rmSync(one, { recursive: true, force: true });
      },
    };
  }

  const sql = sqliteSql({
    current,
    prepare,
    close: () => {
      take(null, named);
      named.database.close();
    },
  });
  if (mode === 'read' || file === IN_MEMORY) return sql;
  return { ...sql, beginVersion: () => Promise.resolve().then(beginVersion) };
}

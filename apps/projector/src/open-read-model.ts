// Which adapter serves the read model's URL. Apart from the event store's adapters, which most reader threads never load.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ReadModelUrl } from '@libs/platform';
import { openPostgres, openSqlite, type Sql } from '@libs/read-models';

/** One connection: the only one that writes, or one that must not. */
export function openReadModel(url: ReadModelUrl, mode: 'read' | 'write'): Sql {
  switch (url.kind) {
    case 'sqlite':
      if (mode === 'write') mkdirSync(dirname(url.path), { recursive: true });
      return openSqlite(url.path, mode);
    case 'postgres':
      return openPostgres(url, mode);
    default:
      throw new Error(`no such read model: ${String(url satisfies never)}`);
  }
}

// The catalogue as a local file that can be searched. It is derived and disposable: rows and the place in the catalogue
// they stand for move in one transaction, and what does not fit the catalogue is thrown away and read again.
import type { Database } from 'better-sqlite3';
import { rmSync } from 'node:fs';
import { itemIdAt, itemOf, type CatalogueEntry, type CatalogueEvent } from './catalogue-events.js';
import { openQuarantineFile } from './open-quarantine-file.js';
import type { ListQuery, QuarantineTotals } from './quarantine.js';
import type { QuarantineItem } from './quarantine-item.js';
import { prepareQueries, type FoundItem, type QuarantineQueries } from './quarantine-queries.js';

/** The last event that is in the index; −1 and '' before the first. */
export interface CataloguePlace {
  readonly revision: number;
  readonly eventId: string;
}

type State = CataloguePlace & QuarantineTotals;

const STATE_TABLE = `
CREATE TABLE IF NOT EXISTS catalogue_state (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  revision INTEGER NOT NULL,
  event_id TEXT    NOT NULL,
  items    INTEGER NOT NULL,
  bytes    INTEGER NOT NULL
) STRICT;
INSERT OR IGNORE INTO catalogue_state VALUES (1, -1, '', 0, 0);
`;
const CLEAR = `
DELETE FROM kafka_messages;
DELETE FROM items;
UPDATE catalogue_state SET revision = -1, event_id = '', items = 0, bytes = 0;
`;

export class CatalogueIndex {
  private readonly db: Database;
  private readonly queries: QuarantineQueries;
  private readonly readState: () => State;
  private readonly writeState: (state: State) => unknown;

  constructor(file: string) {
    this.db = openOrReplace(file);
    this.queries = prepareQueries(this.db);
    const read = this.db.prepare<[], State>(
      'SELECT revision, event_id AS eventId, items, bytes FROM catalogue_state',
    );
    const write = this.db.prepare<[State]>(
      'UPDATE catalogue_state SET revision = @revision, event_id = @eventId, items = @items, bytes = @bytes',
    );
    this.readState = () => read.get() ?? { revision: -1, eventId: '', items: 0, bytes: 0 };
    this.writeState = (state) => write.run(state);
  }

  place(): CataloguePlace {
    return this.readState();
  }

  totals(): QuarantineTotals {
    const { items, bytes } = this.readState();
    return { items, bytes };
  }

  findOpen(hash: Buffer): number | null {
    return this.queries.findOpen(hash);
  }

  list(query: ListQuery): QuarantineItem[] {
    return this.queries.list(query);
  }

  /** Its `raw` is empty. */
  get(id: number): FoundItem | null {
    return this.queries.get(id);
  }

  /** All that `work` reads is of one place in the catalogue, though another process may share the file. */
  atOnePlace<T>(work: () => T): T {
    return this.db.transaction(work)();
  }

  /** Entries in the order of the catalogue. Those that are in already, and those that would leave a hole, change nothing. */
  apply(entries: readonly CatalogueEntry[]): void {
    this.db
      .transaction(() => {
        let state = this.readState();
        for (const { revision, eventId, event } of entries) {
          if (revision !== state.revision + 1) continue;
          state = { revision, eventId, ...this.applied(state, itemIdAt(revision), event) };
        }
        this.writeState(state);
      })
      .immediate();
  }

  clear(): void {
    this.db.transaction(() => this.db.exec(CLEAR)).immediate();
  }

  close(): void {
    this.db.close();
  }

  /** Returns the totals after it. */
  private applied({ items, bytes }: QuarantineTotals, id: number, event: CatalogueEvent): QuarantineTotals {
    switch (event.type) {
      case 'PayloadQuarantined':
        this.queries.insert(itemOf(event.data), id);
        return { items: items + 1, bytes: bytes + event.data.bytes };
      case 'PayloadSeenAgain':
        this.queries.seenAgain(event.data.id, event.data.count, event.data.at);
        return { items, bytes };
      case 'PayloadResolved': {
        const freed = this.queries.resolve(event.data.id, event.data.eventId, event.data.at);
        return freed === null ? { items, bytes } : { items: items - 1, bytes: bytes - freed };
      }
      default:
        throw new Error(`no such event: ${String(event satisfies never)}`);
    }
  }
}

/** A file that is damaged, or of a newer program, is replaced: all of it can be read again. */
function openOrReplace(file: string): Database {
  try {
    return open(file);
  } catch {
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
    return open(file);
  }
}

function open(file: string): Database {
  const db = openQuarantineFile(file);
  try {
    // Consistent after a crash, perhaps a little behind: nothing is answered on its account.
    db.pragma('synchronous = NORMAL');
    db.exec(STATE_TABLE);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

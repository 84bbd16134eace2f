// The quarantine beside an embedded log: a SQLite file of its own, that one ingest process writes. It must never answer
// before the bytes are on disk.
import type { Database } from 'better-sqlite3';
import { openQuarantineFile } from './open-quarantine-file.js';
import {
  FULL,
  isFull,
  type KeepResult,
  type ListQuery,
  type Quarantine,
  type QuarantineQuota,
  type QuarantineTotals,
} from './quarantine.js';
import {
  QuarantineError,
  type QuarantineItem,
  type QuarantineItemWithRaw,
  type RefusalReceived,
} from './quarantine-item.js';
import { prepareQueries, type QuarantineQueries } from './quarantine-queries.js';
import { toNewItem } from './to-new-item.js';

export interface FileQuarantineOptions extends QuarantineQuota {
  readonly file: string;
}

export class FileQuarantine implements Quarantine {
  private readonly db: Database;
  private readonly queries: QuarantineQueries;
  private openTotals: QuarantineTotals;

  constructor(private readonly options: FileQuarantineOptions) {
    this.db = openQuarantineFile(options.file);
    this.queries = prepareQueries(this.db);
    this.openTotals = this.queries.totals();
  }

  /** All groups in one synced transaction. */
  keep(groups: readonly (readonly RefusalReceived[])[]): Promise<readonly KeepResult[]> {
    const before = this.openTotals;
    try {
      const keepAll = this.db.transaction(() => groups.map((group) => this.keepGroup(group)));
      return Promise.resolve(keepAll.immediate());
    } catch (cause) {
      this.openTotals = before;
      const error = new QuarantineError('quarantine-unavailable', { cause });
      return Promise.resolve(groups.map(() => ({ error })));
    }
  }

  list(query: ListQuery): Promise<QuarantineItem[]> {
    return Promise.resolve(this.queries.list(query));
  }

  get(id: number): Promise<QuarantineItemWithRaw | null> {
    return Promise.resolve(this.queries.get(id));
  }

  resolve(id: number, eventId: string, at: number): Promise<void> {
    try {
      this.queries.resolve(id, eventId, at);
      this.openTotals = this.queries.totals();
      return Promise.resolve();
    } catch (cause) {
      return Promise.reject(new QuarantineError('quarantine-unavailable', { cause }));
    }
  }

  totals(): QuarantineTotals {
    return this.openTotals;
  }

  trouble(): string | null {
    return isFull(this.openTotals, this.options) ? FULL : null;
  }

  close(): Promise<void> {
    this.db.close();
    return Promise.resolve();
  }

  private keepGroup(group: readonly RefusalReceived[]): KeepResult {
    const before = this.openTotals;
    try {
      return { ids: this.db.transaction(() => group.map((one) => this.keepOne(one)))() };
    } catch (error) {
      if (!(error instanceof QuarantineError)) throw error;
      this.openTotals = before;
      return { error };
    }
  }

  private keepOne(received: RefusalReceived): string {
    const item = toNewItem(received);
    const known = this.queries.findOpen(item.hash);
    if (known !== null) {
      this.queries.seenAgain(known, 1, item.receivedAt);
      return String(known);
    }
    const items = this.openTotals.items + 1;
    const bytes = this.openTotals.bytes + item.bytes;
    if (items > this.options.maxItems || bytes > this.options.maxBytes) {
      throw new QuarantineError('quarantine-full');
    }
    this.openTotals = { items, bytes };
    return String(this.queries.insert(item, null));
  }
}

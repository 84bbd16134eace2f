// Where the log and its streams end, as this connection left them: what an append would otherwise look up each time.
// It must never be trusted after another connection has committed, nor after a transaction of our own was rolled back.
import type { Db } from './open-database.js';

export interface LogHead {
  readonly position: number;
  readonly recordedAt: number;
}

export interface StreamHeads {
  /** First thing in a transaction that holds the write lock: forgets everything if another connection has committed. */
  begin(): LogHead;
  /** The last revision of a stream; −1 if it has none. */
  revisionOf(stream: string): number;
  moved(stream: string, revision: number): void;
  /** Last thing before the commit. */
  end(head: LogHead): void;
  /** After a rollback. */
  forget(): void;
}

/** About 100 bytes each; all are forgotten when there are more. */
const MOST_STREAMS = 100_000;

export function createStreamHeads(db: Db): StreamHeads {
  const selectDataVersion = db.prepare<[], number>('PRAGMA data_version').pluck();
  const selectHead = db.prepare<[], LogHead>(
    'SELECT position, recorded_at AS recordedAt FROM events ORDER BY position DESC LIMIT 1',
  );
  // The cast keeps the statement prepared: SQLite plans one anew for every value that is compared with a bare parameter.
  const selectLastRevision = db
    .prepare<[string], number | null>('SELECT max(revision) FROM events WHERE stream = CAST(? AS TEXT)')
    .pluck();
  const revisions = new Map<string, number>();
  let head: LogHead | null = null;
  let dataVersion = NaN;

  function forget(): void {
    revisions.clear();
    head = null;
  }

  function remember(stream: string, revision: number): void {
    if (revisions.size >= MOST_STREAMS && !revisions.has(stream)) revisions.clear();
    revisions.set(stream, revision);
  }

  return {
    begin: () => {
      const version = selectDataVersion.get() ?? NaN;
      if (version !== dataVersion) forget();
      dataVersion = version;
      return (head ??= selectHead.get() ?? { position: 0, recordedAt: 0 });
    },
    revisionOf: (stream) => {
      const known = revisions.get(stream);
      if (known !== undefined) return known;
      const read = selectLastRevision.get(stream) ?? -1;
      remember(stream, read);
      return read;
    },
    moved: remember,
    end: (reached) => {
      head = reached;
    },
    forget,
  };
}

// The least that a report from prefix sums can cost: its look-ups as one statement on the same file, nothing made of them.
import Database from 'better-sqlite3';
import { joinLastInterval } from '../../libs/read-models/src/last-interval.js';
import { trackNumber } from '../../libs/read-models/src/writer/agent-record.js';
import type { Window } from './time-by-key.js';

const MAPPED_BYTES = 2_147_418_112;

export class RawLookUps {
  private readonly database: Database.Database;
  private readonly statement: Database.Statement;

  constructor(file: string) {
    this.database = new Database(file, { readonly: true });
    this.database.pragma(`mmap_size = ${MAPPED_BYTES}`);
    // Every status, and of the login track the time signed in.
    this.statement = this.database
      .prepare(
        `WITH cut (cut, t) AS (VALUES (0, :from), (1, :to))
         SELECT series.agent, series.key, cut.cut, last.start_at, last.end_at, last.uncertain_from, last.inferred,
           last.sum_ms, last.sum_entries, last.sum_uncertain, last.sum_inferred
         FROM series CROSS JOIN cut ${joinLastInterval('sqlite', 'JOIN', 'cut.t')}
         WHERE series.track = ${trackNumber('status')}
           OR (series.track = ${trackNumber('login')} AND series.key = 'signed-in')`,
      )
      .raw();
  }

  /** The ms it takes. */
  lookUp({ from, to }: Window): number {
    const began = performance.now();
    const rows = this.statement.all({ from, to });
    if (rows.length === 0) throw new Error('nothing was found');
    return performance.now() - began;
  }

  close(): void {
    this.database.close();
  }
}

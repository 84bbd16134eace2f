// The least that a report from prefix sums can cost: its look-ups as one statement a track, on the same file, nothing made
// of them.
import Database from 'better-sqlite3';
import { lookUpStatement } from '../../libs/read-models/src/queries/supplier/look-up-pieces.js';
import { trackNumber } from '../../libs/read-models/src/writer/agent-record.js';
import type { Window } from './time-by-key.js';

const MAPPED_BYTES = 2_147_418_112;
/** What the report shows: every status, and the time signed in. */
const TRACKS = [
  { track: 'status', keys: [] },
  { track: 'login', keys: ['signed-in'] },
] as const;

export class RawLookUps {
  private readonly database: Database.Database;
  private readonly agents: readonly number[];
  private readonly statements: readonly Database.Statement[];

  constructor(file: string) {
    this.database = new Database(file, { readonly: true });
    this.database.pragma(`mmap_size = ${MAPPED_BYTES}`);
    this.agents = this.database.prepare<[], number>('SELECT agent FROM agent').pluck().all();
    this.statements = TRACKS.map(({ keys }) => {
      const text = lookUpStatement('sqlite', 1, this.agents, keys.length === 0 ? undefined : keys);
      return this.database.prepare(text).raw();
    });
  }

  /** The ms it takes. */
  lookUp({ from, to }: Window): number {
    const began = performance.now();
    TRACKS.forEach(({ track, keys }, index) => {
      const values = [from, to, to, ...this.agents, trackNumber(track), ...keys];
      const rows = this.statements[index]?.all(...values) ?? [];
      if (rows.length === 0) throw new Error('nothing was found');
    });
    return performance.now() - began;
  }

  close(): void {
    this.database.close();
  }
}

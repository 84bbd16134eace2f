// The tables of the read model, in the SQL that SQLite and PostgreSQL share. Everything here is derived from the log:
// a changed schema or fold gets another FOLD_VERSION, and the tables are filled anew. Never migrated.
//
// Times are UTC epoch ms. `event` is an event's position in the log.
import type { Dialect } from './sql.js';

export const FOLD_VERSION = 4;

/** The `at` of a label that stands in for a name never given: any named event is later. */
export const UNNAMED_AT = Number.MIN_SAFE_INTEGER;

const TABLES: readonly string[] = [
  // The position of the last event whose effects are committed, moved by compare-and-set, and the last event applied.
  `CREATE TABLE checkpoint (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    fold_version INTEGER NOT NULL,
    position TEXT,
    recorded_at BIGINT,
    events BIGINT NOT NULL,
    last_stream TEXT,
    last_revision BIGINT,
    last_id TEXT
  )`,
  `CREATE TABLE agent (
    agent INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    last_at BIGINT NOT NULL,
    name TEXT,
    state TEXT NOT NULL,
    UNIQUE (account, agent_id)
  )`,
  // What each event said; `state` is the fold's state after it, kept at intervals, always at the last of one `at`.
  // Kept agent by agent, so that a refold reads, and a rebuild writes, one range.
  `CREATE TABLE evidence (
    agent INTEGER NOT NULL,
    at BIGINT NOT NULL,
    event BIGINT NOT NULL,
    fingerprint TEXT NOT NULL,
    rank INTEGER NOT NULL,
    revision BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    late INTEGER NOT NULL,
    says TEXT NOT NULL,
    state TEXT,
    PRIMARY KEY (agent, at, event)
  )%CLUSTERED%`,
  // A series is one key on one track of one agent.
  `CREATE TABLE series (
    series INTEGER PRIMARY KEY,
    agent INTEGER NOT NULL,
    track INTEGER NOT NULL,
    key TEXT NOT NULL,
    UNIQUE (agent, track, key)
  )`,
  // The sums are those of the series' earlier intervals: what lies before `start`.
  `CREATE TABLE status_interval (
    series INTEGER NOT NULL,
    start_at BIGINT NOT NULL,
    ordinal INTEGER NOT NULL,
    end_at BIGINT,
    uncertain_from BIGINT,
    inferred INTEGER NOT NULL,
    sum_ms BIGINT NOT NULL,
    sum_entries BIGINT NOT NULL,
    sum_uncertain BIGINT NOT NULL,
    sum_inferred BIGINT NOT NULL,
    agent INTEGER NOT NULL,
    track INTEGER NOT NULL,
    label TEXT NOT NULL,
    start_event BIGINT NOT NULL,
    start_event_at BIGINT NOT NULL,
    end_event BIGINT,
    end_event_at BIGINT,
    started_by TEXT,
    ended_by TEXT,
    PRIMARY KEY (series, start_at, ordinal)
  )%CLUSTERED%`,
  `CREATE TABLE gap (
    agent INTEGER NOT NULL,
    at BIGINT NOT NULL,
    event BIGINT NOT NULL,
    track INTEGER NOT NULL,
    expected TEXT NOT NULL,
    found TEXT NOT NULL,
    PRIMARY KEY (agent, at, event, track)
  )%CLUSTERED%`,
  `CREATE TABLE chain_break (
    agent INTEGER NOT NULL,
    at BIGINT NOT NULL,
    event BIGINT NOT NULL,
    PRIMARY KEY (agent, at, event)
  )%CLUSTERED%`,
  // Dated attributes: `value` (JSON) holds from `at` on; `n` orders those of one instant.
  `CREATE TABLE attribute (
    agent INTEGER NOT NULL,
    attribute TEXT NOT NULL,
    at BIGINT NOT NULL,
    n BIGINT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (agent, attribute, at, n)
  )%CLUSTERED%`,
  // The name in the latest event (`at`, then smallest fingerprint) that gave the thing a name.
  // A team's id may be of any length, an index entry may not: `key_id` is the key or stands for it.
  `CREATE TABLE label (
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    key_id TEXT NOT NULL,
    key TEXT NOT NULL,
    at BIGINT NOT NULL,
    fingerprint TEXT NOT NULL,
    label TEXT NOT NULL,
    PRIMARY KEY (account, kind, key_id)
  )%CLUSTERED%`,
  // What `label` said as the log grew: a row where the text became another one; null while there was no name.
  `CREATE TABLE label_history (
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    key_id TEXT NOT NULL,
    event BIGINT NOT NULL,
    label TEXT,
    PRIMARY KEY (account, kind, key_id, event)
  )%CLUSTERED%`,
];

// Beside the keys.
const INDEXES: readonly string[] = [
  `CREATE INDEX evidence_late ON evidence (agent, at) WHERE late = 1`,
  `CREATE INDEX status_interval_by_agent ON status_interval (agent, track, start_at, ordinal)`,
];

// Who may write (P2): the one with the token, until the database's clock says otherwise. SQLite has one writer a file.
const LEASE = [
  `CREATE TABLE lease (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    token BIGINT NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
  )`,
  `INSERT INTO lease (id, token, expires_at) VALUES (1, 0, '-infinity')`,
];

/** The statements that make an empty read model, ready for the first event. */
export function schemaFor(dialect: Dialect): readonly string[] {
  return [...tablesFor(dialect), ...INDEXES];
}

function tablesFor(dialect: Dialect): readonly string[] {
  const start = `INSERT INTO checkpoint (id, fold_version, events) VALUES (1, ${FOLD_VERSION}, 0)`;
  switch (dialect) {
    // A table is kept in the order of its key if SQLite is told to.
    case 'sqlite':
      return [...TABLES.map((table) => table.replace('%CLUSTERED%', ' WITHOUT ROWID')), start];
    // Text sorts by its bytes, whatever the database's locale, as it does in SQLite.
    case 'postgres':
      return [
        ...TABLES.map((table) => table.replace('%CLUSTERED%', '').replace(/\bTEXT\b/g, 'TEXT COLLATE "C"')),
        ...[start, ...LEASE],
      ];
    default:
      throw new Error(`no such dialect: ${String(dialect satisfies never)}`);
  }
}

// The quarantine's tables. `raw` comes last: SQLite need not read it to list the rest.
// Never rewrite a version that has shipped: add the next one and a step that leads to it.

export const SCHEMA_VERSION = 2;

/** The step to each version from the one before. */
export const SCHEMA_STEPS: Readonly<Record<number, string>> = {
  1: `
CREATE TABLE items (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  code           TEXT    NOT NULL,
  detail         TEXT    NOT NULL,
  account_id     TEXT,
  via            TEXT    NOT NULL,
  form           TEXT    NOT NULL,
  received_at    INTEGER NOT NULL,
  last_seen_at   INTEGER NOT NULL,
  seen           INTEGER NOT NULL,
  bytes          INTEGER NOT NULL,
  total_bytes    INTEGER NOT NULL,
  is_truncated   INTEGER NOT NULL,
  resolved_at    INTEGER,
  event_id       TEXT,
  hash           BLOB    NOT NULL,
  raw            BLOB    NOT NULL
) STRICT;

CREATE UNIQUE INDEX items_open_by_hash ON items (hash) WHERE resolved_at IS NULL;
CREATE INDEX items_by_account ON items (account_id, id);
`,
  2: `
CREATE TABLE kafka_messages (
  id         INTEGER PRIMARY KEY REFERENCES items (id),
  topic      TEXT    NOT NULL,
  "partition" INTEGER NOT NULL,
  "offset"   TEXT    NOT NULL
) STRICT;
`,
};

// The log's only table and the triggers that keep it append-only for everyone, a raw connection included.
// Never rewrite a version that has shipped: add the next one and a step that leads to it.

export const SCHEMA_VERSION = 1;

// REPLACE deletes the old row without firing delete triggers unless recursive_triggers is on, and a raw connection has
// it off: so the insert itself is refused when it would meet an existing row.
export const SCHEMA_SQL = `
CREATE TABLE events (
  position    INTEGER PRIMARY KEY,
  stream      TEXT    NOT NULL,
  revision    INTEGER NOT NULL,
  id          TEXT    NOT NULL,
  type        TEXT    NOT NULL,
  data        TEXT    NOT NULL,
  metadata    TEXT    NOT NULL,
  recorded_at INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX events_by_stream_revision ON events (stream, revision);
CREATE UNIQUE INDEX events_by_stream_id ON events (stream, id);

CREATE TRIGGER events_refuse_update BEFORE UPDATE ON events BEGIN
  SELECT RAISE(ABORT, 'events are immutable: update refused');
END;

CREATE TRIGGER events_refuse_delete BEFORE DELETE ON events BEGIN
  SELECT RAISE(ABORT, 'events are immutable: delete refused');
END;

CREATE TRIGGER events_refuse_replacement BEFORE INSERT ON events BEGIN
  SELECT RAISE(ABORT, 'events are append-only: the position is not the next one')
    WHERE NEW.position IS NOT (SELECT coalesce(max(position), 0) + 1 FROM events);
  SELECT RAISE(ABORT, 'events are append-only: the revision is not the next one')
    WHERE NEW.revision IS NOT (SELECT coalesce(max(revision), -1) + 1 FROM events WHERE stream = NEW.stream);
  SELECT RAISE(ABORT, 'events are immutable: the id is in the stream already')
    WHERE EXISTS (SELECT 1 FROM events WHERE stream = NEW.stream AND id = NEW.id);
  SELECT RAISE(ABORT, 'events are append-only: recorded_at runs backwards')
    WHERE NEW.recorded_at < (SELECT recorded_at FROM events WHERE position = NEW.position - 1);
END;
`;

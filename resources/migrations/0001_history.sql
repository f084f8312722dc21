-- One row per run of the mesh: revision numbers begin anew in each.
CREATE TABLE sessions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  started_ms INTEGER NOT NULL
);

CREATE TABLE revisions (
  session INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  time_ms INTEGER NOT NULL,
  cause TEXT NOT NULL,
  PRIMARY KEY (session, revision)
) WITHOUT ROWID;

-- The whole text of every object that a revision changed; NULL = removed. Any revision is the newest row per key up to it.
CREATE TABLE revision_objects (
  session INTEGER NOT NULL,
  key TEXT NOT NULL,
  revision INTEGER NOT NULL,
  yaml TEXT,
  PRIMARY KEY (session, key, revision)
) WITHOUT ROWID;
CREATE INDEX revision_objects_by_revision ON revision_objects (session, revision);

CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  time_ms INTEGER NOT NULL,
  kind TEXT NOT NULL,
  severity TEXT NOT NULL,
  object TEXT NOT NULL,
  message TEXT NOT NULL,
  file TEXT NOT NULL,
  line INTEGER NOT NULL,
  col INTEGER NOT NULL
);

CREATE TABLE certificates (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  time_ms INTEGER NOT NULL,
  kind TEXT NOT NULL,
  pod TEXT NOT NULL,
  ns TEXT NOT NULL,
  spiffe_id TEXT NOT NULL,
  serial TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  not_before_ms INTEGER NOT NULL,
  not_after_ms INTEGER NOT NULL
);
CREATE INDEX certificates_by_serial ON certificates (serial);

-- The record as JSON, and beside it what is searched for. Rows come in the order of arrival: the oldest go first.
CREATE TABLE requests (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  time_ms INTEGER NOT NULL,
  duration_us INTEGER NOT NULL,
  request_id TEXT NOT NULL,
  trace_id TEXT NOT NULL,
  source TEXT NOT NULL,
  target TEXT NOT NULL,
  side TEXT NOT NULL,
  status INTEGER NOT NULL,
  origin TEXT NOT NULL,
  record TEXT NOT NULL
);
CREATE INDEX requests_by_time ON requests (time_ms);
CREATE INDEX requests_by_request_id ON requests (request_id);
CREATE INDEX requests_by_trace_id ON requests (trace_id);

CREATE TABLE metrics (
  series TEXT NOT NULL,
  resolution INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  errors INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  p50 REAL NOT NULL,
  p95 REAL NOT NULL,
  p99 REAL NOT NULL,
  PRIMARY KEY (series, resolution, at_ms)
) WITHOUT ROWID;
CREATE INDEX metrics_by_age ON metrics (resolution, at_ms);

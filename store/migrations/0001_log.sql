-- All times are milliseconds since 1970; 0 is "never". An empty text is the
-- default of its column, which costs no byte: mode scroll, size medium, colour
-- white, source audience.

-- changes: grows with every change of rooms, links, rule lists and bans.
CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value NOT NULL
) WITHOUT ROWID;
INSERT INTO meta (key, value) VALUES ('changes', 0);

CREATE TABLE rooms (
  id       INTEGER PRIMARY KEY,
  name     TEXT    NOT NULL UNIQUE,
  epoch    TEXT    NOT NULL,           -- see comment.Position
  seq      INTEGER NOT NULL DEFAULT 0, -- the highest number given
  cleared  INTEGER NOT NULL DEFAULT 0, -- seq of the last clear
  settings TEXT    NOT NULL            -- JSON, see settings.go
);

-- Pseudonyms, so that a comment names its author in a few bytes.
CREATE TABLE users (
  id   INTEGER PRIMARY KEY,
  room INTEGER NOT NULL REFERENCES rooms (id),
  name TEXT    NOT NULL,
  UNIQUE (room, name)
);

CREATE TABLE comments (
  id       INTEGER PRIMARY KEY,        -- comment.ID
  room     INTEGER NOT NULL REFERENCES rooms (id),
  seq      INTEGER NOT NULL,           -- of the last event about it
  user     INTEGER NOT NULL REFERENCES users (id),
  at       INTEGER NOT NULL,
  status   INTEGER NOT NULL CHECK (status BETWEEN 1 AND 4), -- shown held refused removed
  text     TEXT    NOT NULL,
  original TEXT    NOT NULL DEFAULT '',
  name     TEXT    NOT NULL DEFAULT '',
  mode     TEXT    NOT NULL DEFAULT '',
  color    TEXT    NOT NULL DEFAULT '',
  size     TEXT    NOT NULL DEFAULT '',
  badge    TEXT    NOT NULL DEFAULT '',
  source   TEXT    NOT NULL DEFAULT '',
  rule     TEXT    NOT NULL DEFAULT '',
  word     TEXT    NOT NULL DEFAULT '',
  detail   TEXT    NOT NULL DEFAULT '',
  spans    TEXT    NOT NULL DEFAULT '', -- "0-3 5-7", runes
  address  TEXT    NOT NULL DEFAULT '', -- keyed hash
  ref      TEXT,                        -- NULL when the author gave none
  actor    TEXT    NOT NULL DEFAULT ''  -- who decided or took it down
);
-- A user belongs to one room, so (user, ref) is (room, user, ref).
CREATE UNIQUE INDEX comments_ref ON comments (user, ref) WHERE ref IS NOT NULL;
CREATE UNIQUE INDEX comments_seq ON comments (room, seq);
CREATE INDEX comments_user ON comments (user, seq);
-- What moderators look for is rare among what is shown.
CREATE INDEX comments_status ON comments (room, status, seq) WHERE status <> 1;

CREATE TABLE events (
  room    INTEGER NOT NULL REFERENCES rooms (id),
  seq     INTEGER NOT NULL,
  at      INTEGER NOT NULL,
  kind    INTEGER NOT NULL, -- see kinds in rows.go
  comment INTEGER,          -- of the kinds comment, held and refused
  actor   TEXT NOT NULL DEFAULT '',
  data    TEXT,             -- JSON, see eventData in rows.go
  PRIMARY KEY (room, seq)
) WITHOUT ROWID;

CREATE TABLE bans (
  id       INTEGER PRIMARY KEY,
  room     INTEGER NOT NULL REFERENCES rooms (id),
  kind     TEXT    NOT NULL CHECK (kind IN ('mute', 'ban')),
  user     TEXT    NOT NULL,
  address  TEXT    NOT NULL,
  until    INTEGER NOT NULL,
  show_end INTEGER NOT NULL,
  reason   TEXT    NOT NULL,
  actor    TEXT    NOT NULL,
  at       INTEGER NOT NULL,
  lifted   INTEGER NOT NULL DEFAULT 0,
  CHECK (user <> '' OR address <> '')
);
CREATE INDEX bans_standing ON bans (until) WHERE lifted = 0;

CREATE TABLE links (
  id      INTEGER PRIMARY KEY,
  room    INTEGER REFERENCES rooms (id), -- NULL: all rooms
  role    TEXT    NOT NULL,
  label   TEXT    NOT NULL,
  hash    BLOB    UNIQUE,                -- SHA-256 of the key
  made    INTEGER NOT NULL,
  used    INTEGER NOT NULL DEFAULT 0,
  revoked INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE rule_lists (
  room    INTEGER NOT NULL, -- 0: every room
  name    TEXT    NOT NULL,
  text    TEXT    NOT NULL,
  active  INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  PRIMARY KEY (room, name)
) WITHOUT ROWID;

-- Who did what, and when. An act that is an event of the log is written with
-- it; others (links, rules, rooms) with what they change.
CREATE TABLE acts (
  id      INTEGER PRIMARY KEY,
  room    INTEGER NOT NULL,           -- 0: about all rooms
  at      INTEGER NOT NULL,
  actor   TEXT    NOT NULL,           -- the link's label
  link    INTEGER NOT NULL,
  role    TEXT    NOT NULL,
  kind    TEXT    NOT NULL,           -- see comment.ActKind
  about   TEXT    NOT NULL DEFAULT '',
  user    TEXT    NOT NULL DEFAULT '',
  detail  TEXT    NOT NULL DEFAULT '',
  changed TEXT    NOT NULL DEFAULT '', -- names of settings, by commas
  before  TEXT    NOT NULL DEFAULT '', -- JSON as in rooms.settings
  after   TEXT    NOT NULL DEFAULT '',
  undone  INTEGER NOT NULL DEFAULT 0   -- the act that undid it
);
CREATE INDEX acts_room ON acts (room, id);

-- The comment that stays on the overlay; 0: none.
ALTER TABLE rooms ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;

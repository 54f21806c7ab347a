-- An export walks a room by time, in pages: no reader stays open while somebody
-- downloads slowly. The row's id is part of every index, so (at, id) is a key.
CREATE INDEX comments_at ON comments (room, at);

-- When OBS began and ended to stream or to record: the natural zero of an
-- export.
CREATE TABLE moments (
  room INTEGER NOT NULL REFERENCES rooms (id),
  at   INTEGER NOT NULL,
  kind TEXT    NOT NULL, -- see comment.MomentKind
  PRIMARY KEY (room, at, kind)
) WITHOUT ROWID;

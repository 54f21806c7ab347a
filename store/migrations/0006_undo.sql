-- What an act on a list of rules did to it, for the undo: JSON, see acts.go. Long
-- ones are kept for the newest alone.
ALTER TABLE acts ADD COLUMN kept TEXT NOT NULL DEFAULT '';
CREATE INDEX acts_kept ON acts (id) WHERE kept <> '';

-- A room's pictures: the one that it shows, and some of those before it, since
-- replacing one can be undone.
CREATE TABLE pictures_kept (
  id   INTEGER PRIMARY KEY,            -- the newest has the highest
  room INTEGER NOT NULL REFERENCES rooms (id),
  hash TEXT    NOT NULL,
  jpeg BLOB    NOT NULL,
  UNIQUE (room, hash)
);
INSERT INTO pictures_kept (room, hash, jpeg) SELECT room, hash, jpeg FROM pictures;
DROP TABLE pictures;
ALTER TABLE pictures_kept RENAME TO pictures;

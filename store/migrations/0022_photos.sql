-- Photos of the audience: a photo is a comment that says where its picture is and how
-- large, and the picture goes with the comment. One that was taken down has none.
ALTER TABLE comments ADD COLUMN photo TEXT NOT NULL DEFAULT ''; -- "path width height"
CREATE TABLE photos (
  comment INTEGER PRIMARY KEY REFERENCES comments (id) ON DELETE CASCADE,
  room    INTEGER NOT NULL REFERENCES rooms (id),
  path    TEXT    NOT NULL UNIQUE,
  picture BLOB    NOT NULL -- as we drew it anew
);
CREATE INDEX photos_room ON photos (room);

-- The pictures of rooms' own emotes: those that a room has, by the list in its
-- settings, and some of those before, since a deletion can be undone.
CREATE TABLE emotes (
  id      INTEGER PRIMARY KEY,            -- the newest has the highest
  room    INTEGER NOT NULL REFERENCES rooms (id),
  hash    TEXT    NOT NULL,
  type    TEXT    NOT NULL,               -- its media type
  picture BLOB    NOT NULL,               -- as we drew it anew
  UNIQUE (hash, room)
);
CREATE INDEX emotes_room ON emotes (room);

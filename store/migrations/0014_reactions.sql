-- How often people reacted, minute by minute.
CREATE TABLE reactions (
  room   INTEGER NOT NULL REFERENCES rooms (id),
  minute INTEGER NOT NULL, -- its beginning, ms
  emoji  TEXT    NOT NULL,
  n      INTEGER NOT NULL,
  PRIMARY KEY (room, minute, emoji)
) WITHOUT ROWID;

-- How overlays look, under names that those who run a room chose.
CREATE TABLE styles (
  room    INTEGER NOT NULL REFERENCES rooms (id),
  name    TEXT    NOT NULL,
  options TEXT    NOT NULL, -- JSON, as an overlay's address has them
  css     TEXT    NOT NULL,
  changed INTEGER NOT NULL,
  PRIMARY KEY (room, name)
) WITHOUT ROWID;

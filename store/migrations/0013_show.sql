-- What a room shows besides comments, and who takes part in it. An entry is unique by
-- person and choice; n is its place among those of a person, oldest first.
CREATE TABLE items (
  room    INTEGER NOT NULL REFERENCES rooms (id),
  id      TEXT    NOT NULL,
  kind    TEXT    NOT NULL,
  state   TEXT    NOT NULL,
  rank    INTEGER NOT NULL,
  spec    TEXT    NOT NULL, -- JSON, its form hangs on kind
  result  TEXT    NOT NULL DEFAULT '',
  created INTEGER NOT NULL,
  started INTEGER NOT NULL DEFAULT 0,
  ends    INTEGER NOT NULL DEFAULT 0,
  stopped INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (room, id)
) WITHOUT ROWID;
CREATE TABLE entries (
  room   INTEGER NOT NULL REFERENCES rooms (id),
  item   TEXT    NOT NULL,
  person TEXT    NOT NULL,
  choice TEXT    NOT NULL,
  n      INTEGER NOT NULL,
  via    TEXT    NOT NULL DEFAULT '',
  at     INTEGER NOT NULL,
  PRIMARY KEY (room, item, person, choice)
) WITHOUT ROWID;

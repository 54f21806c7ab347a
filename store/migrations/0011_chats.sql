-- Chats of platforms that are connected with a room. The secrets are sealed with a
-- key that does not lie in the database.
CREATE TABLE chats (
  id       TEXT    PRIMARY KEY,
  room     INTEGER NOT NULL REFERENCES rooms (id),
  kind     TEXT    NOT NULL,
  target   TEXT    NOT NULL,
  sealed   BLOB    NOT NULL,
  switches TEXT    NOT NULL, -- JSON, see chatRow in chats.go
  made     INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX chats_room ON chats (room);
INSERT INTO meta (key, value) VALUES ('changes.chats', 0);

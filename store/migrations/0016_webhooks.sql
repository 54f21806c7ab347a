-- Addresses to which a room's events are sent. Address and key are sealed with a key
-- that does not lie in the database.
CREATE TABLE webhooks (
  id       TEXT    PRIMARY KEY,
  room     INTEGER NOT NULL REFERENCES rooms (id),
  label    TEXT    NOT NULL,
  sealed   BLOB    NOT NULL,
  switches TEXT    NOT NULL, -- JSON, see webhookRow in webhooks.go
  made     INTEGER NOT NULL,
  position INTEGER NOT NULL -- number of the last event that has been delivered
) WITHOUT ROWID;
CREATE INDEX webhooks_room ON webhooks (room);

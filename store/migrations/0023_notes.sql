-- What moderators keep of people: notes, and warnings, which the person is told.
CREATE TABLE notes (
  id      INTEGER PRIMARY KEY,
  room    INTEGER NOT NULL REFERENCES rooms (id),
  user    TEXT    NOT NULL, -- pseudonym, as in bans
  text    TEXT    NOT NULL, -- empty for a prepared warning
  warn    INTEGER NOT NULL, -- 1: the person is told
  ready   TEXT    NOT NULL, -- which prepared warning; empty for none
  read    INTEGER NOT NULL DEFAULT 0, -- when the person put it away
  actor   TEXT    NOT NULL,
  at      INTEGER NOT NULL,
  gone    INTEGER NOT NULL DEFAULT 0, -- 1: deleted; it stays as long as that can be undone
  changed INTEGER NOT NULL -- when the log last told of it: it goes with that
);
CREATE INDEX notes_user ON notes (room, user);
CREATE INDEX notes_unread ON notes (id) WHERE warn = 1 AND read = 0 AND gone = 0;
INSERT INTO meta (key, value) VALUES ('last.note', 0);

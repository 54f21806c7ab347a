-- A question is a comment that names the list of questions in which it asks. What
-- moderators make of it stands beside it, so that the comment stays as it was written.
ALTER TABLE comments ADD COLUMN item TEXT NOT NULL DEFAULT '';
CREATE INDEX comments_by_item ON comments (room, item) WHERE item <> '';
CREATE TABLE questions (
  room     INTEGER NOT NULL REFERENCES rooms (id),
  id       INTEGER NOT NULL, -- the comment's
  item     TEXT    NOT NULL,
  answered INTEGER NOT NULL DEFAULT 0, -- ms; 0: not
  hidden   INTEGER NOT NULL DEFAULT 0,
  merged   INTEGER NOT NULL DEFAULT 0, -- the comment of the question into which it was merged
  PRIMARY KEY (room, id)
) WITHOUT ROWID;
CREATE INDEX questions_merged ON questions (room, merged) WHERE merged <> 0;
